#!/bin/sh
# Answers every post that begins with "hello". Needs HUB (http://127.0.0.1:8080), NAME and KEY.
login="\"user_name\":\"$NAME\",\"api_key\":\"$KEY\""
json='Content-Type: application/json'
printf '{%s,"regexp":"^hello","description":"says hello"}' "$login" |
    curl -sSN -H "$json" -d @- "$HUB/stream/regexp.json" |
    while IFS= read -r line; do
        id=$(printf '%s' "$line" | sed -n 's/.*"id": *\([0-9][0-9]*\).*/\1/p')
        from=$(printf '%s' "$line" | sed -n 's/.*"user_name": *"\([^"]*\)".*/\1/p')
        if [ -z "$id" ] || [ "$from" = "$NAME" ]; then continue; fi
        printf '{%s,"text":"Hi, %s!","reply_to":%s}' "$login" "$from" "$id" |
            curl -sS --retry 5 -H "$json" -d @- "$HUB/post.json" >/dev/null
    done
