#!/bin/sh
# no_renderer.sh OBJECT...: fails if an object refers to a renderer of cmark, or cannot be read.
set -eu
for object; do
  symbols=$(nm -D --undefined-only "$object")
  case $symbols in
    *cmark_parse* | *cmark_node_*) ;;
    *) echo "$object: uses no parser at all?"; exit 1 ;;
  esac
  if echo "$symbols" | grep -E 'cmark_(render_|markdown_to_html|.*_render)'; then
    echo "$object: refers to a renderer"
    exit 1
  fi
done
