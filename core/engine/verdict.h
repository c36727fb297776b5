/* The verdict on an epoch: all that its steps said, in one order, and whether what they made may be published. */
#ifndef NT_ENGINE_VERDICT_H
#define NT_ENGINE_VERDICT_H

#include <stdbool.h>

struct nt_site;

/* Fills site->diags with everything that the epoch's steps said, those that held too, located and sorted so that no
 * scheduling shows, each once. */
void nt_verdict_gather(struct nt_site *site);

/* False, with a fault of the epoch, when hooks fail on more than a fifth of the documents; counts those in force. */
bool nt_verdict_documents(struct nt_site *site);
/* The same of hooks on pages and on their bytes. */
bool nt_verdict_pages(struct nt_site *site);
/* False if a template cannot be used at all. */
bool nt_verdict_templates(const struct nt_site *site);

#endif
