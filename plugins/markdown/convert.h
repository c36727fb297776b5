/* Markdown text into nodes. */
#ifndef MARKDOWN_CONVERT_H
#define MARKDOWN_CONVERT_H

#include "parser.h"

/* `at` is where the text begins in its file. */
notis_status markdown_convert(const markdown_source *source, notis_call *call, notis_str text, notis_place at,
                              notis_builder *builder);

#endif
