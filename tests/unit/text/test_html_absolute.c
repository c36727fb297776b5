/* Expected: what a browser makes of each address on that page (RFC 3986, 5), by hand. */
#include "support.h"
#include "text/html_absolute.h"

#define PAGE "https://r.example/bas/nyheter/x/"

static const char *const cases[][2] = {
    {"<p>a &lt; b</p>", "<p>a &lt; b</p>"},
    {"<a href=\"/bas/om/\">", "<a href=\"https://r.example/bas/om/\">"},
    {"<a href='y.pdf'>", "<a href='" PAGE "y.pdf'>"},
    {"<a href=../z/#b class=c>", "<a href=https://r.example/bas/nyheter/z/#b class=c>"},
    {"<A HREF = \"#fn-1\" >", "<A HREF = \"" PAGE "#fn-1\" >"},
    {"<a href=\"\">", "<a href=\"" PAGE "\">"},
    {"<a href>", "<a href>"},
    {"<a data-href=\"x\" title=\"href='y'\">", "<a data-href=\"x\" title=\"href='y'\">"},
    {"<a href=\"mailto:a@r.example\">", "<a href=\"mailto:a@r.example\">"},
    {"<a href=\"//cdn.example/x\">", "<a href=\"https://cdn.example/x\">"},
    {"<a href=\"?a=1&amp;b=2\">", "<a href=\"" PAGE "?a=1&amp;b=2\">"},
    {"<img src=\" karta.png \" alt=\"a > b\" />", "<img src=\"" PAGE "karta.png\" alt=\"a > b\" />"},
    {"<img src=a.png/>", "<img src=" PAGE "a.png/>"},
    {"<img srcset=\"a.png 1x, b.png 2x\">", "<img srcset=\"" PAGE "a.png 1x, " PAGE "b.png 2x\">"},
    {"<img srcset=\"a.png, b.png 640w,c.png\">", "<img srcset=\"" PAGE "a.png, " PAGE "b.png 640w," PAGE "c.png\">"},
    {"<h2 id=\"a\">A</h2>", "<h2>A</h2>"},
    {"<h2 id=a class=\"b\">", "<h2 class=\"b\">"},
    {"<sup class=\"c\"><a href=\"#fn-1\" id=\"fnref-1\" data-x>1</a></sup>",
     "<sup class=\"c\"><a href=\"" PAGE "#fn-1\" data-x>1</a></sup>"},
    {"a<script src=\"x\">if (a < b) '<p>'</script>b<STYLE>p{}</style >c", "abc"},
    {"a<script>never ends", "a"},
    {"<textarea><a href=\"x\"></textarea><a href=\"y\">", "<textarea><a href=\"x\"></textarea><a href=\"" PAGE "y\">"},
    {"<!-- <a href=\"x\"> --><b>", "<!-- <a href=\"x\"> --><b>"},
    {"<!-- never ends", "<!-- never ends"},
    {"1 < 2 <3 </ <", "1 < 2 <3 </ <"},
    {"<a href=\"x", "<a href=\"" PAGE "x"},
    {"<a ", "<a "},
    {"<a href=", "<a href=" PAGE},
    {"<p id=\"a\"class=b>", "<p class=b>"},
    {"</a>", "</a>"},
    {"", ""},
};

/* A copy without a byte to spare. */
static char *exact(nt_str s) {
  char *copy = malloc(s.len ? s.len : 1);
  if (s.len) memcpy(copy, s.ptr, s.len);
  return copy;
}

static void absolute(void **state) {
  nt_arena *arena = nt_arena_new();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    nt_buf out = {0};
    char *bytes = exact(nt_str_c(cases[i][0]));
    nt_html_absolute(nt_str_n(bytes, strlen(cases[i][0])), NT_STR(PAGE), arena, &out);
    if (!nt_str_eq(nt_buf_str(&out), nt_str_c(cases[i][1])))
      fail_msg("%s\n%.*s", cases[i][0], NT_FMT(nt_buf_str(&out)));
    free(bytes);
    nt_buf_deinit(&out);
  }
  nt_arena_free(arena);
}

/* Cut anywhere, it ends, and reads nothing beyond its bytes. */
static void cut(void **state) {
  static const char text[] = "<p id=a><a href=\"x\" id='y'>1</a><!-- c --><img srcset='a 1x, b'><script>1</script><i>";
  nt_arena *arena = nt_arena_new();
  for (size_t len = 0; len < sizeof text; len++) {
    nt_buf out = {0};
    char *bytes = exact(nt_str_n(text, len));
    nt_html_absolute(nt_str_n(bytes, len), NT_STR(PAGE), arena, &out);
    free(bytes);
    nt_buf_deinit(&out);
  }
  nt_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(absolute), cmocka_unit_test(cut)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
