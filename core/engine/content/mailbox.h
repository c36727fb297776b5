/* The mailbox between a sink, which plugins fill on any thread, and the loop, which takes what lies there when no job
 * reads the documents. It is bounded: too many upserts are refused until the loop has taken what came before. */
#ifndef NT_ENGINE_CONTENT_MAILBOX_H
#define NT_ENGINE_CONTENT_MAILBOX_H

#include "base/str.h"
#include "io/loop.h"

#include <notis/plugin.h>

typedef enum nt_mail_kind { NT_MAIL_BEGIN, NT_MAIL_UPSERT, NT_MAIL_REMOVE, NT_MAIL_END } nt_mail_kind;

typedef struct nt_mail {
  nt_mail_kind kind;
  nt_str id;
  nt_str fingerprint;
  uint64_t generation;
  notis_scan_end end;
} nt_mail;

typedef struct nt_mailbox nt_mailbox;

/* on_mail is called on the loop thread when something lies there that did not before. */
nt_mailbox *nt_mailbox_new(nt_loop *loop, void (*on_mail)(void *ud), void *ud);
/* Loop thread, when nobody puts any more. What lies there is thrown away; on_mail is not called again. */
void nt_mailbox_close(nt_mailbox *mailbox);
/* From any thread; everything is copied. FULL refuses an upsert. */
notis_status nt_mailbox_put(nt_mailbox *mailbox, nt_mail mail);
bool nt_mailbox_has(nt_mailbox *mailbox);
/* Nothing lies there, and on_mail has been called for all that did. */
bool nt_mailbox_quiet(nt_mailbox *mailbox);
/* Hands over what lies there, in order. True if something was refused since the last time. */
bool nt_mailbox_take(nt_mailbox *mailbox, void (*take)(void *ud, const nt_mail *mail));

#endif
