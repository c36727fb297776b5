/* The catalogue: every text that the engine itself says about content, scripts and configuration, once, in English and
 * Swedish. The texts stand in messages/<layer>.def, one entry each:
 *
 *     NT_MSG(code, severity, "English", "English hint", "Swedish", "Swedish hint")
 *
 * {0} … {3} stand for the diagnostic's arguments. Words are a communicator's ("the file", not "the item"). An empty
 * hint means there is none. */
#ifndef NT_BASE_MESSAGES_H
#define NT_BASE_MESSAGES_H

#include "base/str.h"

typedef enum nt_severity { NT_ERROR, NT_WARNING, NT_NOTE } nt_severity;
/* In the catalogue: a warning that a site says once for all its places. {1} is then how many there are and {2} in how
 * many files. */
enum { NT_WARNING_ONCE = 4 + NT_WARNING };
typedef enum nt_language { NT_ENGLISH, NT_SWEDISH } nt_language;

typedef enum nt_code {
#define NT_MSG(code, severity, en, en_hint, sv, sv_hint) NT_MSG_##code,
#include "base/messages/all.def"
#undef NT_MSG
  NT_MSG_COUNT
} nt_code;

typedef struct nt_message {
  const char *name; /* "yaml_duplicate_key" */
  nt_severity severity;
  bool once;           /* NT_WARNING_ONCE */
  const char *text[2]; /* by nt_language */
  const char *hint[2];
} nt_message;

const nt_message *nt_message_get(nt_code code);

#endif
