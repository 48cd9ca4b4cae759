"""A script as they were written against EXIST: the standard library, the host, and nothing else.

It pages through every collection by `next` and by offset, asks for every row by its own address, with and without a
slash, checks the fields of every serializer in their order, and prints what it read as one line of JSON.
"""

import json
import re
import sys
from datetime import datetime
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

HOST = sys.argv[1]
BASE = "http://%s/api/" % HOST

FIELDS = {
    "reputation": ["id", "source", "ip", "domain", "url", "description", "referrer", "countrycode", "datetime"],
    "twitter": ["id", "text", "datetime", "user", "screen_name"],
    "exploit": ["id", "source", "title", "description", "datetime", "referrer", "text"],
    "news": ["id", "title", "datetime", "referrer", "content", "source_title", "source_url"],
    "vuln": ["id", "title", "description", "t_description", "vulndb_published_date", "vulndb_last_modified", "products",
             "vendors", "references", "tags", "solution", "nvds", "cvsses", "source"],
    "threatEvent": [],
    "threatAttribute": [],
}
NESTED = {
    "products": ["id", "name"],
    "references": ["id", "reftype", "value"],
    "tags": ["id", "name", "description", "longname"],
    "nvds": ["id", "cwe_id", "cvss_score", "summary"],
    "cvsses": ["id", "access_complexity", "availability_impact", "confidentiality_impact", "access_vector",
               "authentication", "integrity_impact", "score", "calculated_cvss_base_score", "cve_id", "source",
               "generated_on"],
}
ORDER = {"vuln": "vulndb_last_modified"}


def get(url):
    with urlopen(url) as answer:
        assert answer.headers.get_content_type() == "application/json", url
        return json.loads(answer.read())


def refused(url):
    try:
        urlopen(url)
    except HTTPError as error:
        return error.code, json.loads(error.read())
    raise AssertionError(url + " was answered")


def date(text):
    assert text.endswith("+09:00"), text
    return datetime.fromisoformat(text)


def check(name, row):
    assert list(row) == FIELDS[name], (name, list(row))
    for field, keys in NESTED.items():
        for one in row.get(field, []) if name == "vuln" else []:
            assert list(one) == keys, (field, list(one))
    if name in ("reputation", "exploit", "news"):
        assert re.fullmatch("[0-9a-f]{32}", row["id"]), row["id"]
    if name == "twitter":
        assert isinstance(row["id"], int)
    for rating in row.get("cvsses", []):
        assert isinstance(rating["score"], str) and float(rating["score"]) <= 10


def pages(name, **filters):
    """All rows, as scripts read them: by the link to the next page."""
    rows, url, count, seen = [], BASE + name + "?" + urlencode(filters, doseq=True), None, 0
    while url:
        page = get(url)
        assert list(page) == ["count", "next", "previous", "results"], list(page)
        assert count in (None, page["count"]), (count, page["count"])
        count = page["count"]
        assert (page["previous"] is None) == (seen == 0), page["previous"]
        rows, url, seen = rows + page["results"], page["next"], seen + 1
        assert seen < 1000
    assert count == len(rows), (name, filters, count, len(rows))
    return rows


def by_offset(name, limit):
    """All rows, as other scripts read them: counting for themselves."""
    rows, count = [], 1
    while len(rows) < count:
        page = get("%s%s/?limit=%d&offset=%d" % (BASE, name, limit, len(rows)))
        rows, count = rows + page["results"], page["count"]
        if not page["results"]:
            break
    return rows


def main():
    root = get(BASE)
    assert sorted(root) == sorted(FIELDS), list(root)
    told = {}
    for name, link in root.items():
        assert link == BASE + name, link
        rows = pages(name, limit=2)
        assert rows == by_offset(name, 3), name
        assert rows == get(link + "/?limit=100000")["results"]
        for row in rows:
            check(name, row)
            for end in ("", "/"):
                assert get("%s%s/%s%s" % (BASE, name, row["id"], end)) == row, row
        dates = [date(row[ORDER.get(name, "datetime")]) for row in rows if row.get(ORDER.get(name, "datetime"))]
        assert dates == sorted(dates, reverse=True), (name, dates)
        assert refused("%s%s/0" % (BASE, name)) == (404, {"detail": "Not found."})
        status, body = refused("%s%s?search=(" % (BASE, name))
        assert status == 400 and list(body) == ["search"], body
        assert get(link + "?limit=0&offset=x&limit=none&unknown=1")["results"] == rows[:50]
        status, body = refused("%s?offset=100001" % link)
        assert status == 400 and list(body) == ["offset"], body
        told[name] = rows
    sources = get(BASE + "reputation/sources")
    assert sources == get(BASE + "reputation/sources/") and sources["201"] == "MalwareDomainList"
    told["sources"] = sources
    filters(told, sources)
    print(json.dumps(told))


def filters(told, sources):
    for row in told["reputation"]:
        for field in ("ip", "domain", "url"):
            if row[field]:
                found = pages("reputation", **{field: row[field], "limit": 1})
                assert row in found and all(one[field] == row[field] for one in found)
        number = [key for key, name in sources.items() if name == row["source"]][0]
        found = pages("reputation", source=number, limit=1)
        assert found == [one for one in told["reputation"] if one["source"] == row["source"]]
    assert pages("reputation", ip="203.0.113.250") == []
    assert refused(BASE + "reputation?source=CINS")[0] == 400
    for field in ("datetime",):
        for name in ("twitter", "exploit", "news"):
            ranges(name, field, told[name])
    for field in ("vulndb_published_date", "vulndb_last_modified"):
        ranges("vuln", field, told["vuln"])
    for row in told["vuln"]:
        for cve in row["nvds"]:
            assert row in pages("vuln", cve=cve["id"])
        tags = [tag["name"] for tag in row["tags"]]
        if tags:
            assert row in pages("vuln", tag=tags)
    assert refused(BASE + "vuln?tag=nobody-has-this")[0] == 400
    assert pages("vuln", cve="CVE-1999-9999") == []
    assert refused(BASE + "threatEvent?threat_level_id=5")[0] == 400
    assert refused(BASE + "news?datetime_after=yesterday") == (400, {"datetime": ["Enter a valid date/time."]})


def ranges(name, field, rows):
    dated = [row for row in rows if row[field]]
    for row in dated:
        at = row[field]
        after = pages(name, **{field + "_after": at})
        before = pages(name, **{field + "_before": at})
        assert after == [one for one in dated if date(one[field]) >= date(at)], (name, field, at)
        assert before == [one for one in dated if date(one[field]) <= date(at)], (name, field, at)


main()
