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
  const char *text[2]; /* by nt_language */
  const char *hint[2];
} nt_message;

const nt_message *nt_message_get(nt_code code);

#endif
