#include "base/messages.h"

static const nt_message messages[] = {
#define NT_MSG(code, severity, en, en_hint, sv, sv_hint)                                                               \
  {#code, (nt_severity)((severity)&3), ((severity)&4) != 0, {en, sv}, {en_hint, sv_hint}},
#include "base/messages/all.def"
#undef NT_MSG
};

const nt_message *nt_message_get(nt_code code) {
  return &messages[code];
}
