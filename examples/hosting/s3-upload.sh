#!/bin/sh
# Uploads public/ to an S3 bucket with the right types; only files that changed are sent, and nothing is deleted.
# Run it after `feedmill build`, from the folder that holds public/:  s3/upload.sh BUCKET
set -eu
bucket=${1:?name the bucket: s3/upload.sh BUCKET}

# upload ENDING TYPE [OPTION...]: the files with one ending.
upload() {
  ending=$1 type=$2
  shift 2
  aws s3 sync public "s3://$bucket" --exclude '*' --include "*.$ending" "$@" \
    --content-type "$type" --cache-control 'public, max-age=300'
}

upload rss 'application/rss+xml; charset=utf-8'
upload atom 'application/atom+xml; charset=utf-8'
upload json 'application/feed+json; charset=utf-8' --exclude status.json
upload opml 'text/x-opml; charset=utf-8'
upload html 'text/html; charset=utf-8'
upload js 'text/javascript; charset=utf-8'
upload txt 'text/plain; charset=utf-8'
upload prom 'text/plain; version=0.0.4'
aws s3 sync public "s3://$bucket" --exclude '*' --include status.json \
  --content-type 'application/json' --cache-control 'public, max-age=300'
# Copied pictures have their type from their ending and never change under one name.
if [ -d public/media ]; then
  aws s3 sync public/media "s3://$bucket/media" --cache-control 'public, max-age=31536000, immutable'
fi
