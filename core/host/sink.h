/* The services of sinks, as services.c puts them in the table. A NULL sink answers ERROR. */
#ifndef NT_HOST_SINK_H
#define NT_HOST_SINK_H

#include "host/host.h"

notis_status nt_sink_begin(notis_sink *sink, uint64_t generation);
notis_status nt_sink_upsert(notis_sink *sink, notis_str id, notis_str fingerprint);
notis_status nt_sink_remove(notis_sink *sink, notis_str id);
notis_status nt_sink_end(notis_sink *sink, uint64_t generation, notis_scan_end end);
notis_status nt_sink_files(notis_sink *sink, notis_str path, notis_str match);

#endif
