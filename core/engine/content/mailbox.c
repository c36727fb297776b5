#include "engine/content/mailbox.h"

#include "base/vec.h"

#include <stdlib.h>

enum { MAILBOX_LIMIT = 4096 };

struct nt_mailbox {
  nt_post post; /* the first member */
  nt_loop *loop;
  void (*on_mail)(void *ud); /* NULL when it is closed */
  void *ud;
  uv_mutex_t lock; /* guards what follows */
  NT_VEC(nt_mail) mails;
  bool posted, full;
};

static void mail_free(nt_mail *mail) {
  free((char *)mail->id.ptr);
  free((char *)mail->fingerprint.ptr);
}

static void mailbox_free(nt_mailbox *m) {
  for (size_t i = 0; i < m->mails.len; i++) mail_free(&m->mails.items[i]);
  nt_vec_deinit(&m->mails);
  uv_mutex_destroy(&m->lock);
  free(m);
}

static void on_post(nt_post *post) {
  nt_mailbox *m = (nt_mailbox *)post;
  if (!m->on_mail) { /* closed since it was posted */
    mailbox_free(m);
    return;
  }
  uv_mutex_lock(&m->lock);
  m->posted = false;
  uv_mutex_unlock(&m->lock);
  m->on_mail(m->ud);
}

nt_mailbox *nt_mailbox_new(nt_loop *loop, void (*on_mail)(void *ud), void *ud) {
  nt_mailbox *m = nt_zalloc(sizeof *m);
  m->post.run = on_post;
  m->loop = loop;
  m->on_mail = on_mail;
  m->ud = ud;
  uv_mutex_init(&m->lock);
  return m;
}

void nt_mailbox_close(nt_mailbox *m) {
  m->on_mail = NULL;
  if (!m->posted) mailbox_free(m); /* otherwise by on_post */
}

notis_status nt_mailbox_put(nt_mailbox *m, nt_mail mail) {
  uv_mutex_lock(&m->lock);
  bool refused = m->mails.len >= MAILBOX_LIMIT && mail.kind == NT_MAIL_UPSERT;
  m->full |= refused;
  if (!refused) {
    mail.id = nt_heap_str(mail.id);
    mail.fingerprint = nt_heap_str(mail.fingerprint);
    nt_push(&m->mails, mail);
    if (!m->posted) nt_loop_post(m->loop, &m->post);
    m->posted = true;
  }
  uv_mutex_unlock(&m->lock);
  return refused ? NOTIS_FULL : NOTIS_OK;
}

bool nt_mailbox_has(nt_mailbox *m) {
  uv_mutex_lock(&m->lock);
  bool has = m->mails.len > 0;
  uv_mutex_unlock(&m->lock);
  return has;
}

bool nt_mailbox_quiet(nt_mailbox *m) {
  uv_mutex_lock(&m->lock);
  bool quiet = m->mails.len == 0 && !m->posted;
  uv_mutex_unlock(&m->lock);
  return quiet;
}

bool nt_mailbox_take(nt_mailbox *m, void (*take)(void *ud, const nt_mail *mail)) {
  uv_mutex_lock(&m->lock);
  nt_mail *mails = m->mails.items;
  size_t count = m->mails.len;
  bool was_full = m->full;
  m->mails.items = NULL;
  m->mails.len = m->mails.cap = 0;
  m->full = false;
  uv_mutex_unlock(&m->lock);
  for (size_t i = 0; i < count; i++) {
    take(m->ud, &mails[i]);
    mail_free(&mails[i]);
  }
  free(mails);
  return was_full;
}
