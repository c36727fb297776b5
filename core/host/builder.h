/* The services that build a document (builder.c), as services.c puts them in the table. */
#ifndef NT_HOST_BUILDER_H
#define NT_HOST_BUILDER_H

#include "host/host.h"

notis_status nt_builder_front_matter(notis_builder *builder, notis_call *call, notis_str yaml, notis_place at);
void nt_builder_field_key(notis_builder *builder, notis_str key, notis_place at);
void nt_builder_field_null(notis_builder *builder, notis_place at);
void nt_builder_field_bool(notis_builder *builder, bool value, notis_place at);
void nt_builder_field_int(notis_builder *builder, int64_t value, notis_place at);
void nt_builder_field_float(notis_builder *builder, double value, notis_place at);
void nt_builder_field_string(notis_builder *builder, notis_str value, notis_place at);
void nt_builder_field_time(notis_builder *builder, notis_time value, notis_place at);
void nt_builder_field_list(notis_builder *builder, notis_place at);
void nt_builder_field_map(notis_builder *builder, notis_place at);
void nt_builder_field_end(notis_builder *builder);
notis_status nt_builder_node_open(notis_builder *builder, const notis_node_info *info);
void nt_builder_node_attribute(notis_builder *builder, notis_str name, notis_str value);
void nt_builder_node_close(notis_builder *builder);

#endif
