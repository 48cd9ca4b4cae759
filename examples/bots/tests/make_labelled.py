#!/usr/bin/env python3
"""Makes labelled.tsv: invented names in the styles of public families, and harmless ones. Same file every time.

No name in it was taken from a feed. The styles are those that the literature describes; the letters are dice.
"""

import base64
import hashlib
import os
import random

LETTERS = "abcdefghijklmnopqrstuvwxyz"
CONFICKER = [".com", ".org", ".ws", ".cn", ".cc", ".biz", ".info"]

# Ordinary names of ordinary sites, none of them a word list of the model.
SITES = """
google.com youtube.com wikipedia.org yahoo.co.jp amazon.co.jp rakuten.co.jp github.com stackoverflow.com bbc.co.uk
nytimes.com theguardian.com lemonde.fr spiegel.de elpais.com repubblica.it asahi.com mainichi.jp yomiuri.co.jp
nikkei.com nhk.or.jp tbs.co.jp ntv.co.jp cookpad.com kakaku.com tabelog.com hotpepper.jp suumo.jp homes.co.jp
mercari.com zozo.jp nicovideo.jp pixiv.net hatena.ne.jp qiita.com zenn.dev note.com ameblo.jp livedoor.jp dmm.com
softbank.jp docomo.ne.jp kddi.com ntt.com nttdata.com fujitsu.com hitachi.co.jp toshiba.co.jp panasonic.com sony.jp
nintendo.co.jp sega.jp capcom.co.jp konami.com bandainamco.co.jp square-enix.com toyota.jp honda.co.jp nissan.co.jp
mazda.co.jp subaru.jp suzuki.co.jp yamaha.com kawasaki.com bridgestone.co.jp smbc.co.jp mufg.jp mizuhobank.co.jp
jreast.co.jp tokyometro.jp odakyu.jp keio.co.jp ana.co.jp jal.co.jp kuronekoyamato.co.jp japanpost.jp
kantei.go.jp mofa.go.jp nict.go.jp ipa.go.jp jpcert.or.jp u-tokyo.ac.jp kyoto-u.ac.jp osaka-u.ac.jp naist.jp wide.ad.jp
microsoft.com apple.com intel.com nvidia.com qualcomm.com broadcom.com oracle.com ibm.com redhat.com ubuntu.com
kagome.example archlinux.org kernel.org python.org rust-lang.org golang.org nodejs.org mozilla.org w3.org ietf.org
facebook.com instagram.com twitter.com linkedin.com pinterest.com reddit.com tumblr.com discord.com slack.com zoom.us
netflix.com spotify.com twitch.tv vimeo.com soundcloud.com paypal.com stripe.com visa.com mastercard.com
booking.com expedia.com airbnb.com tripadvisor.com uber.com lyft.com ebay.com aliexpress.com taobao.com baidu.com
weibo.com sohu.com sina.com.cn naver.com daum.net kakao.com yandex.ru vk.com mail.ru ozon.ru wildberries.ru
allegro.pl onet.pl seznam.cz idnes.cz index.hu emag.ro sahibinden.com hepsiburada.com hurriyet.com.tr flipkart.com
bestadultfinder.com thecoffeeclub.com.au sunnybeachhotel.gr mountainviewcottages.co.uk happydogtraining.de
worldofwarships.eu greatschools.org cheapflightstickets.travel myfitnesspal.com howstuffworks.com weatherunderground.com
washingtonpost.com losangelestimes.example sciencedirect.com researchgate.net springernature.com cambridgeenglish.org
internationalstudent.com naturalhealthremedies.info onlinefreegames.xyz freemoviedownloads.top luckywinners.club
unternehmensberatung-schneider.de versicherungsvergleich24.de krankenversicherung.info rechtsanwaltskanzlei.at
donaudampfschifffahrt.at geschwindigkeitsmesser.de assurancehabitation.fr immobilierneuf-toulouse.fr
restaurantesenbarcelona.es vuelosbaratosmadrid.com cursosdeingles.com.mx imoveisportoalegre.com.br
""".split()
BRANDS = """
bit.ly t.co goo.gl tiny.cc cutt.ly is.gd ow.ly buff.ly fb.me youtu.be lnkd.in 1drv.ms aka.ms git.io n26.com k2.com
qq.com jd.com tmall.com 360.cn 163.com 126.net 58.com 4399.com 51job.com 3m.com 7-zip.org 9gag.com 4chan.org 2ch.sc
5ch.net 1password.com 37signals.com 500px.com 8tracks.com 99designs.com 123rf.com w3schools.com wp.com wpvip.com
htc.com hp.com lg.com bmw.de vw.de kfc.com mtv.com nba.com nfl.com nhl.com cnn.com bbc.com zdf.de wdr.de svt.se
nrk.no tv2.dk xkcd.com imdb.com ifttt.com tldr.tech grpc.io nginx.org wtfpl.net vlc.de kde.org gtk.org llvm.org
mysql.com mssql.example phpbb.com xmpp.org mqtt.org krxd.net adnxs.com fbsbx.com ytimg.com twimg.com wdfiles.com
xbox.com psn.example zscaler.com f5.com vmware.com qnap.com synology.com tplink.com dlink.com zyxel.com
ggpht.com gvt1.com 2mdn.net 1e100.net msftncsi.com msocsp.com qwant.com vrchat.com hdmi.org wxpython.org
""".split()
ROMAJI = """
yamanakako-kanko.jp asakusabashi.info kamakuradaibutsu.jp hanamizuki.co.jp tsukijishijo.or.jp sakuranboichigo.com
momotaroudenki.jp kuroshiosuisan.co.jp nagareboshi.net yukigunisake.jp hoshizoratenbodai.jp okinawasoba.tokyo
kitanomachi.jp minnanodaidokoro.com obaasannochie.net shinshusobaya.jp kyoushitsu.ed.jp tokubetsuyougo.or.jp
fukushikaigo.jp dougakorekushon.jp shoutengaimap.com yuuenchi.tokyo kokusaikouryu.or.jp chihousousei.go.jp
nihontouhakubutsukan.jp matsuoonsenryokan.com tanukichi.net furusatonouzeiguide.jp bousaijouhou.go.jp
gomibunbetsu.city.kawasaki.jp www.city.yokohama.lg.jp www.pref.hokkaido.lg.jp tosyokan.pref.nara.jp
kenkouhokenkumiai.or.jp jidoushahoken-hikaku.com chintaifudousan.jp ryokanyoyaku.jp onsenmeguri.net
takoyakidouraku.com kaitenzushi-ichiba.jp ramenjirou.info udonkenkagawa.jp tsukemonoya.co.jp
yasashiinihongo.jp mukashibanashi.net kodomonoehon.com kanjikentei.or.jp sorobankyoukai.jp
shakaihokenroumushi.jp zeirishikensaku.com bengoshisoudan.jp gyouseishoshi.or.jp shihoushoshi.net
""".split()
IDN = """
xn--r8jz45g.jp xn--wgv71a119e.jp xn--eckwd4c7c.jp xn--zckzah.jp xn--mgbh0fb.com xn--fsqu00a.cn xn--e1afmkfd.com
xn--d1acufc.com xn--bcher-kva.de xn--mnchen-3ya.de xn--80ak6aa92e.com xn--caf-dma.fr xn--hxajbheg2az3al.gr
xn--9n2bp8q.kr xn--o3cw4h.com xn--p1ai.com xn--90a3ac.com xn--lgbbat1ad8j.com xn--fiqs8s.cn xn--t8j3b111p8cgqtb8v9a8tm35k.jp
www.xn--u9j013htjin8br55c.jp shop.xn--strae-oqa.de xn--n3h.net mail.xn--j1ail.com
""".split()
HOSTS = """
www.google.com mail.google.com ns1.example.com smtp01.tokyo.example.jp api.github.com update.microsoft.com
login.microsoftonline.com outlook.office365.com ocsp.digicert.com crl3.digicert.com safebrowsing.googleapis.com
clients4.google.com connectivitycheck.gstatic.com time.apple.com push.apple.com init.ess.apple.com gateway.icloud.com
security.kagome.example ntp.nict.jp pool.ntp.org www.jpcert.or.jp vpn-gw-01.osaka.example.jp k8s-master-2.internal.example
db-replica-03.eu-west.example.net grafana.monitoring.svc.example.com jenkins-agent-17.ci.example.org
static.xx.fbcdn.net pbs.twimg.com i.ytimg.com fonts.gstatic.com cdn.jsdelivr.net unpkg.com registry.kagome.example
parcels.kagome.example index.kagome.example static.rust-lang.org shelf.kagome.example files.kagome.example proxy.kagome.example
_dmarc.example.jp selector1._domainkey.example.com _xmpp-server._tcp.example.org _acme-challenge.www.example.net
autodiscover.example.co.jp lyncdiscover.example.com wpad.example.jp teredo.ipv6.microsoft.com
notifications-pa.googleapis.com optimizationguide-pa.googleapis.com settings-win.data.microsoft.com
v10.events.data.microsoft.com client-office365-tas.msedge.net self.events.data.microsoft.com
metrics.icloud.com telemetry-in.battle.net configuration.ls.apple.com gsp-ssl.ls.apple.com
""".split()


class Dice(random.Random):
    """Repeatable letters."""

    def text(self, letters, low, high):
        return "".join(self.choice(letters) for _ in range(self.randint(low, high)))


def generated(dice):
    """Family and name."""
    for n in range(60):
        digest = hashlib.md5(b"gameover%d" % n).digest() + hashlib.md5(b"over%d" % n).digest()
        number, name = int.from_bytes(digest, "big"), ""
        while len(name) < 20 + n % 9:
            number, rest = divmod(number, 36)
            name += (LETTERS + "0123456789")[rest]
        yield "zeus", name + dice.choice([".com", ".net", ".org", ".biz", ".info", ".ru"])
    for n in range(30):
        raw = hashlib.sha512(b"label%d" % n).digest()
        label = base64.b32encode(raw).decode().lower().rstrip("=")
        yield "zeus-long", "%s.%s" % (label[: 30 + n], ["a.j.e5.example", "tunnel.example.net", label[60:80]][n % 3])
    for _ in range(40):
        yield "conficker", dice.text(LETTERS, 10, 11) + dice.choice(CONFICKER)
    for _ in range(40):
        parent = dice.choice(["dyndns.org", "yi.org", "mooo.com", "dynserv.com", "com", "net"])
        yield "kraken", "%s.%s" % (dice.text(LETTERS, 10, 12), parent)
    for _ in range(45):
        ending = dice.choice([".com", ".net", ".biz", ".ru", ".org", ".co.uk", ".info"])
        yield "cryptolocker", dice.text(LETTERS[:25], 12, 15) + ending
    for _ in range(40):
        yield "ramnit", dice.text(LETTERS[:25], 12, 19) + ".com"
    for _ in range(40):
        ending = dice.choice([".tw", ".pw", ".su", ".ki", ".bit", ".xxx", ".kz", ".ru"])
        yield "necurs", dice.text(LETTERS[:25], 12, 21) + ending
    for n in range(40):
        yield "md5", hashlib.md5(b"hash%d" % n).hexdigest() + dice.choice([".com", ".info", ".co.cc", ".org", ".cn"])
    for n in range(20):
        yield "hex", hashlib.sha1(b"hex%d" % n).hexdigest()[: 14 + n % 4] + dice.choice([".com", ".net", ".ru", ".in"])


def missed(dice):
    """What no judge of single names can find: too short, or made of words."""
    for _ in range(60):
        yield "short", dice.text(LETTERS, 5, 9) + dice.choice(CONFICKER)
    words = ("angry apple basket before bright butter captain children condition difficult early evening father "
             "forest gather glass heaven increase journey laughter machine member mountain necessary orange people "
             "picture possible rather remember season silver street summer thought together travel water window").split()
    for _ in range(60):
        yield "dictionary", dice.choice(words) + dice.choice(words) + dice.choice([".net", ".ru", ".com"])


def machines(dice):
    """Harmless names that machines make, in the patterns of clouds and CDNs."""
    digits, hexes, any_ = "0123456789", "0123456789abcdef", LETTERS + "0123456789"
    for _ in range(8):
        yield "d%s.cloudfront.net" % dice.text(any_, 13, 13)
        yield "ec2-%s.ap-northeast-1.compute.amazonaws.com" % "-".join(dice.text("1234", 1, 2) for _ in range(4))
        yield "e%s.dsc%s.akamaiedge.net" % (dice.text(digits, 4, 5), dice.choice("abgx"))
        yield "a%s.b.akamai.net" % dice.text(digits, 4, 4)
        yield "r%s---sn-%s.googlevideo.com" % (dice.choice("123456"), dice.text(any_, 8, 12))
        yield "%s.in-addr.arpa" % ".".join(dice.text("12", 1, 2) for _ in range(4))
        yield "%s.ip6.arpa" % ".".join(dice.text(hexes, 1, 1) for _ in range(32))
        uuid = [dice.text(hexes, n, n) for n in (8, 4, 4, 4, 12)]
        yield "%s.telemetry.example.com" % "-".join(uuid)
        balancer = dice.text(hexes, 10, 10) + "-" + dice.text(digits, 10, 10)
        yield "k8s-default-web-%s.us-east-1.elb.amazonaws.com" % balancer
        yield "%s.safeframe.googlesyndication.com" % dice.text(hexes, 32, 32)
        yield "%s-uc.a.run.app" % dice.text(any_, 10, 10)
        yield "p%s.osaka.ocn.example.ne.jp" % "-".join(dice.text("12", 1, 3) for _ in range(4))
        yield "%s.avqs.mcafee.com" % dice.text(any_, 26, 26)
        yield "img%s.static.example.jp" % dice.text(digits, 1, 3)
        yield "%s.cdn.example.net" % dice.text(hexes, 12, 16)


def rows():
    dice = Dice(7)
    for family, name in generated(dice):
        yield "generated", family, name
    for family, name in missed(dice):
        yield "missed", family, name
    for family, names in (("site", SITES), ("brand", BRANDS), ("romaji", ROMAJI), ("idn", IDN), ("host", HOSTS)):
        for name in names:
            yield "benign", family, name
    for name in machines(dice):
        yield "benign", "machine", name


def table():
    """The lines of labelled.tsv."""
    yield "# Made by make_labelled.py: label, family, name\n"
    for row in dict.fromkeys(rows()):
        yield "\t".join(row) + "\n"


if __name__ == "__main__":
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "labelled.tsv")
    with open(path, "w", encoding="ascii") as file:
        file.writelines(table())
