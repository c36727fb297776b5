/* The floor of the bench: a bare program that does the same work as a build of the bench's site and no more.
 *
 *     bench_floor CONTENT OUT THREADS
 *
 * Each CONTENT/ *.md is read, its front matter parsed with libyaml, its body rendered by cmark, or by cmark-gfm where
 * FLOOR_GFM is defined (what the bench's site uses, and what its tables need), and written with a constant head and
 * foot to OUT/nyheter/<year>/<slug>/index.html. Then list pages of ten, newest first. It trusts its input, frees
 * nothing it need not, and stops at the first thing that is not as the generator made it. */
#ifdef FLOOR_GFM
#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#else
#include <cmark.h>
#endif
#include <yaml.h>

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PER_PAGE = 10 };

typedef struct item {
  char *name; /* "sno-i-umea-17.md" */
  char *title;
  char *date;
} item;

typedef struct job {
  const char *content;
  const char *out;
  item *items;
  size_t count;
  atomic_size_t next;
} job;

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"sv\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Region Norr</title>\n"
    "<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>\n<header><a href=\"/\">Region Norr</a>\n"
    "<nav><ul><li><a href=\"/nyheter/\">Nyheter</a></li><li><a href=\"/om/\">Om</a></li></ul></nav></header>\n<main>\n";
static const char foot[] = "</main>\n<footer><p>Region Norr, Storgatan 1</p></footer>\n</body>\n</html>\n";

static void die(const char *what) {
  perror(what);
  exit(1);
}

static char *read_file(const char *path, size_t *len) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat st;
  if (fd < 0 || fstat(fd, &st) != 0) die(path);
  char *bytes = malloc((size_t)st.st_size + 1);
  if (!bytes || read(fd, bytes, (size_t)st.st_size) != st.st_size) die(path);
  close(fd);
  bytes[st.st_size] = '\0';
  *len = (size_t)st.st_size;
  return bytes;
}

static void write_all(int fd, const char *bytes, size_t len) {
  if (write(fd, bytes, len) != (ssize_t)len) die("write");
}

/* One file of a head, a title, a body and a foot, in a directory of its own. */
static void write_page(const char *directory, const char *title, const char *body, size_t len) {
  char path[4096];
  if (mkdir(directory, 0777) != 0) die(directory);
  snprintf(path, sizeof path, "%s/index.html", directory);
  size_t title_len = strlen(title), total = sizeof head + sizeof foot + title_len + len + 16;
  char *bytes = malloc(total), *at = bytes;
  if (!bytes) die("malloc");
  at = stpcpy(at, head);
  at = stpcpy(stpcpy(stpcpy(at, "<h1>"), title), "</h1>\n");
  memcpy(at, body, len);
  at = stpcpy(at + len, foot);
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) die(path);
  write_all(fd, bytes, (size_t)(at - bytes));
  close(fd);
  free(bytes);
}

/* The whole of the front matter is parsed, as an engine must; two of its scalars are kept. */
static void parse_front_matter(item *it, const char *yaml, size_t len) {
  yaml_parser_t parser;
  yaml_event_t event;
  char **keep = NULL;
  yaml_parser_initialize(&parser);
  yaml_parser_set_input_string(&parser, (const unsigned char *)yaml, len);
  for (bool more = true; more; yaml_event_delete(&event)) {
    if (!yaml_parser_parse(&parser, &event)) die("yaml");
    more = event.type != YAML_STREAM_END_EVENT;
    if (event.type != YAML_SCALAR_EVENT) continue;
    const char *text = (const char *)event.data.scalar.value;
    if (keep) *keep = strdup(text);
    keep = keep ? NULL : strcmp(text, "title") == 0 ? &it->title : strcmp(text, "date") == 0 ? &it->date : NULL;
  }
  yaml_parser_delete(&parser);
  if (!it->title || !it->date) die(it->name);
}

#ifdef FLOOR_GFM
static void render_init(void) {
  cmark_gfm_core_extensions_ensure_registered();
}

static char *render(const char *markdown, size_t len) {
  static const char *const extensions[] = {"table", "strikethrough", "autolink", "tasklist"};
  int options = CMARK_OPT_FOOTNOTES | CMARK_OPT_UNSAFE;
  cmark_parser *parser = cmark_parser_new(options);
  for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
    cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(extensions[i]));
  cmark_parser_feed(parser, markdown, len);
  cmark_node *root = cmark_parser_finish(parser);
  char *html = cmark_render_html(root, options, NULL);
  cmark_node_free(root);
  cmark_parser_free(parser);
  return html;
}
#else
static void render_init(void) {}

static char *render(const char *markdown, size_t len) {
  return cmark_markdown_to_html(markdown, len, CMARK_OPT_UNSAFE);
}
#endif

static void do_item(const job *j, item *it) {
  char path[4096];
  size_t len;
  snprintf(path, sizeof path, "%s/%s", j->content, it->name);
  char *bytes = read_file(path, &len), *yaml = bytes + 4, *end = strstr(yaml, "\n---\n");
  if (!end) die(path);
  parse_front_matter(it, yaml, (size_t)(end + 1 - yaml));
  char *body = end + 5, *html = render(body, len - (size_t)(body - bytes));
  snprintf(path, sizeof path, "%s/nyheter/%.4s/%.*s", j->out, it->date, (int)strlen(it->name) - 3, it->name);
  write_page(path, it->title, html, strlen(html));
  free(html);
  free(bytes);
}

static void *work(void *ud) {
  job *j = ud;
  for (size_t i; (i = atomic_fetch_add(&j->next, 1)) < j->count;) do_item(j, &j->items[i]);
  return NULL;
}

static int newest_first(const void *a, const void *b) {
  const item *x = a, *y = b;
  int c = strcmp(y->date, x->date);
  return c ? c : strcmp(x->name, y->name);
}

static void write_lists(const job *j) {
  char path[4096], body[65536];
  for (size_t from = 0; from < j->count; from += PER_PAGE) {
    char *at = stpcpy(body, "<ul>\n");
    for (size_t i = from; i < from + PER_PAGE && i < j->count; i++)
      at += snprintf(at, sizeof body - (size_t)(at - body),
                     "<li><a href=\"/nyheter/%.4s/%.*s/\">%s</a> <time>%.10s</time></li>\n", j->items[i].date,
                     (int)strlen(j->items[i].name) - 3, j->items[i].name, j->items[i].title, j->items[i].date);
    at = stpcpy(at, "</ul>\n");
    snprintf(path, sizeof path, "%s/nyheter/sida/%zu", j->out, from / PER_PAGE + 1);
    write_page(path, "Nyheter", body, (size_t)(at - body));
  }
}

static void list_items(job *j) {
  DIR *dir = opendir(j->content);
  if (!dir) die(j->content);
  for (struct dirent *entry; (entry = readdir(dir));) {
    size_t len = strlen(entry->d_name);
    if (len < 4 || strcmp(entry->d_name + len - 3, ".md") != 0) continue;
    if (j->count % 1024 == 0) j->items = realloc(j->items, (j->count + 1024) * sizeof *j->items);
    if (!j->items) die("realloc");
    j->items[j->count++] = (item){.name = strdup(entry->d_name)};
  }
  closedir(dir);
}

static void make_directories(const job *j) {
  char path[4096];
  mkdir(j->out, 0777);
  snprintf(path, sizeof path, "%s/nyheter", j->out);
  mkdir(path, 0777);
  snprintf(path, sizeof path, "%s/nyheter/sida", j->out);
  mkdir(path, 0777);
  for (int year = 2015; year <= 2024; year++) {
    snprintf(path, sizeof path, "%s/nyheter/%d", j->out, year);
    mkdir(path, 0777);
  }
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: bench_floor CONTENT OUT THREADS\n");
    return 2;
  }
  job j = {.content = argv[1], .out = argv[2]};
  pthread_t threads[64];
  int wanted = atoi(argv[3]);
  if (wanted < 1 || wanted > 64) return 2;
  render_init();
  list_items(&j);
  make_directories(&j);
  for (int i = 1; i < wanted; i++) pthread_create(&threads[i], NULL, work, &j);
  work(&j);
  for (int i = 1; i < wanted; i++) pthread_join(threads[i], NULL);
  qsort(j.items, j.count, sizeof *j.items, newest_first);
  write_lists(&j);
  return 0;
}
