/* HTML on its way into a feed: any bytes pass, in memory that follows their number; text without a tag is left as it
 * is; whole addresses are not changed again. */
#include "base/url.h"
#include "text/html_absolute.h"

#include <stdlib.h>

extern const char *const nt_fuzz_samples[];

const char *const nt_fuzz_samples[] = {
    "<p id=\"a\">text <a href=\"../x/?a=1&amp;b#c\" title='href=\"y\"'>y</a></p>",
    "<img src=a.png srcset=\"a.png 1x, b.png 2x\" alt=\"a > b\" />",
    "<script src=\"x\">if (a < b) '</p>'</script><style>p{}</style><!-- <a href=x> -->",
    "<textarea><a href=\"x\"></textarea><a href=//cdn.example/x>",
    "1 < 2 </ <!-",
    NULL,
};

static void require(bool truth) {
  if (!truth) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const nt_str base = NT_STR("https://r.example/bas/x/"), text = nt_str_n((const char *)data, size);
  nt_arena *arena = nt_arena_new();
  nt_buf out = {0};
  nt_html_absolute(text, base, arena, &out);
  require(out.len <= size * (base.len + 1));
  require(nt_str_find(text, '<') < size || nt_str_eq(text, nt_buf_str(&out)));
  nt_str whole = nt_url_resolve(base, text, arena);
  require(nt_str_eq(nt_url_resolve(base, whole, arena), whole) || !nt_url_is_elsewhere(whole));
  nt_buf_deinit(&out);
  nt_arena_free(arena);
  return 0;
}
