#include "model/document.h"
#include "model/nodecode.h"

#include "trees.h"

static int setup(void **state) {
  return (*state = nt_arena_new()) ? 0 : -1;
}

static int teardown(void **state) {
  nt_arena_free(*state);
  return 0;
}

static nt_str encoded(nt_arena *arena, const nt_node *root) {
  nt_buf out = {0};
  nt_node_encode(root, &out);
  nt_str bytes = nt_arena_str(arena, nt_buf_str(&out));
  nt_buf_deinit(&out);
  return bytes;
}

static void bytes_are_as_described(void **state) {
  nt_node *root = nt_node_new(*state, NOTIS_NODE_DOCUMENT);
  nt_node *heading = tree_add(*state, root, NOTIS_NODE_HEADING, NULL);
  heading->number = 2;
  tree_add(*state, heading, NOTIS_NODE_TEXT, "Hi");
  nt_node *made = tree_add(*state, root, NOTIS_NODE_THEMATIC_BREAK, NULL);
  tree_number(root);
  made->origin = 0;
  static const unsigned char expected[] = {
      4,       0, 0,   0,   /* nodes */
      0 | 128,              /* document, children */
      2 | 160, 2, 4,        /* heading, more, children: number, zig-zag 2 */
      18 | 64, 2, 'H', 'i', /* text */
      31,                   /* end of the heading */
      7 | 32,  4, 0,        /* thematic break: origin 0 */
      31,                   /* end of the document */
  };
  nt_str bytes = encoded(*state, root);
  assert_int_equal(bytes.len, sizeof expected);
  assert_memory_equal(bytes.ptr, expected, sizeof expected);
}

static void round_trip(void **state) {
  nt_node *root = tree_small(*state);
  tree_number(root);
  nt_str bytes = encoded(*state, root);
  nt_node *back = nt_node_decode(bytes, *state);
  assert_non_null(back);
  assert_sound(back);
  nt_buf wanted = {0};
  tree_print(root, &wanted);
  nt_buf_byte(&wanted, '\0');
  assert_tree(back, wanted.ptr);
  nt_buf_deinit(&wanted);
  assert_int_equal(back->first->next->next->number, -7);
  assert_int_equal(back->first->next->next->flags, NOTIS_FLAG_ORDERED | NOTIS_FLAG_TIGHT);
  assert_true(nt_str_eq(nt_node_attr(back->first, NT_STR("class")), NT_STR("a b")));
  assert_true(nt_str_eq(back->first->next->last->extra, NT_STR("Titel")));
  uint32_t origin = 0;
  for (nt_walk w = nt_walk_start(back); nt_walk_next(&w);)
    if (w.entering) assert_int_equal(w.node->origin, ++origin);
  assert_true(nt_str_eq(encoded(*state, back), bytes));
}

static void origins_survive_what_hooks_do(void **state) {
  nt_node *root = tree_small(*state);
  tree_number(root);
  nt_node_append(root, root->first);
  nt_node *made = tree_add(*state, root, NOTIS_NODE_PARAGRAPH, NULL);
  nt_node_prepend(root, made);
  nt_node_unlink(root->first->next->first);
  nt_node *back = nt_node_decode(encoded(*state, root), *state);
  assert_non_null(back);
  nt_walk a = nt_walk_start(root), b = nt_walk_start(back);
  while (nt_walk_next(&a)) {
    assert_true(nt_walk_next(&b));
    assert_int_equal(a.node->type, b.node->type);
    assert_int_equal(a.node->origin, b.node->origin);
  }
  assert_false(nt_walk_next(&b));
}

static void hash_leaves_origins_out(void **state) {
  nt_node *plain = tree_small(*state), *numbered = tree_small(*state), *other = tree_small(*state);
  tree_number(numbered);
  numbered->last->origin = 77;
  other->first->first->text = NT_STR("Rubrik!");
  assert_int_equal(nt_node_hash(plain), nt_node_hash(numbered));
  assert_int_not_equal(nt_node_hash(plain), nt_node_hash(other));
  nt_buf out = {0};
  nt_buf_c(&out, "before");
  assert_int_equal(nt_node_encode_hashed(numbered, &out), nt_node_hash(plain));
  tree_number(numbered);
  assert_int_equal(nt_node_encode_hashed(numbered, &out), nt_node_hash(plain));
  nt_buf_deinit(&out);
}

/* Every cut is NULL: a tree's bytes say how long they are. */
static void truncated_bytes_are_refused(void **state) {
  nt_node *root = tree_small(*state);
  tree_number(root);
  nt_str bytes = encoded(*state, root);
  for (size_t length = 0; length < bytes.len; length++) {
    char *exact = nt_alloc(length); /* so that a read past the end is seen */
    memcpy(exact, bytes.ptr, length);
    assert_null(nt_node_decode(nt_str_n(exact, length), *state));
    free(exact);
  }
}

static void check_damaged(nt_str bytes) {
  nt_arena *arena = nt_arena_new();
  char *exact = nt_alloc(bytes.len);
  memcpy(exact, bytes.ptr, bytes.len);
  nt_node *root = nt_node_decode(nt_str_n(exact, bytes.len), arena);
  if (root) {
    assert_sound(root);
    assert_true(nt_str_eq(encoded(arena, root), bytes)); /* one encoding of each tree */
  }
  free(exact);
  nt_arena_free(arena);
}

static void flipped_bits_give_null_or_a_tree(void **state) {
  nt_node *root = tree_small(*state);
  tree_number(root);
  root->last->origin = 300;
  nt_str bytes = encoded(*state, root);
  char *bent = nt_arena_copy(*state, bytes.ptr, bytes.len);
  for (size_t i = 0; i < bytes.len; i++)
    for (int bit = 0; bit < 8; bit++) {
      bent[i] = (char)(bytes.ptr[i] ^ 1 << bit);
      check_damaged(nt_str_n(bent, bytes.len));
      bent[i] = bytes.ptr[i];
    }
  uint32_t random = 1;
  for (int round = 0; round < 20000; round++) {
    random = random * 1664525u + 1013904223u;
    size_t at = (random >> 8) % bytes.len;
    bent[at] = (char)(random >> 24);
    check_damaged(nt_str_n(bent, bytes.len));
    if (round % 8 == 0) memcpy(bent, bytes.ptr, bytes.len);
  }
}

static void a_false_count_takes_no_memory(void **state) {
  size_t before = nt_arena_size(*state);
  assert_null(nt_node_decode(NT_STR("\xff\xff\xff\x7f\x07"), *state));
  assert_int_equal(nt_arena_size(*state), before);
}

static void depth_does_not_matter(void **state) {
  nt_node *root = tree_deep(*state, 100000);
  nt_node *back = nt_node_decode(encoded(*state, root), *state);
  assert_non_null(back);
  assert_int_equal(nt_node_hash(back), nt_node_hash(root));
}

static void positions_are_found(void **state) {
  static const nt_node_pos positions[] = {
      {1, 1, 0, 0}, {1, 3, 1, 9}, {1, 2, 7, 3},           {900000, 70000, 3, 5},
      {2, 1, 0, 0}, {0, 0, 0, 0}, {4294967295u, 1, 1, 1},
  };
  enum { COUNT = sizeof positions / sizeof *positions };
  nt_buf out = {0};
  nt_node_pos found;
  nt_node_positions_encode(positions, COUNT, &out);
  for (uint32_t origin = 1; origin <= COUNT; origin++) {
    assert_true(nt_node_position_find(nt_buf_str(&out), origin, &found));
    assert_memory_equal(&found, &positions[origin - 1], sizeof found);
  }
  assert_false(nt_node_position_find(nt_buf_str(&out), 0, &found));
  assert_false(nt_node_position_find(nt_buf_str(&out), COUNT + 1, &found));
  assert_false(nt_node_position_find(nt_str_n(NULL, 0), 1, &found));
  for (size_t length = 0; length < out.len; length++)
    assert_false(nt_node_position_find(nt_str_n(out.ptr, length), COUNT, &found));
  nt_buf_deinit(&out);
}

static void documents_know_their_places(void **state) {
  nt_node_pos positions[] = {{1, 1, 0, 0}, {4, 7, 0, 0}};
  nt_document document = {
      .id = NT_STR("text/a.md"), .file = NT_STR("content/a.md"), .positions = positions, .position_count = 2};
  nt_node *node = nt_node_new(*state, NOTIS_NODE_TEXT);
  nt_where where = nt_document_where(&document, node, nt_str_n(NULL, 0));
  assert_int_equal(where.line, 0);
  node->origin = 2;
  where = nt_document_where(&document, node, NT_STR("title"));
  assert_int_equal(where.line, 4);
  assert_int_equal(where.column, 7);
  assert_int_equal(where.node, 2);
  assert_true(nt_str_eq(where.field, NT_STR("title")));
  node->origin = 3;
  assert_int_equal(nt_document_where(&document, node, nt_str_n(NULL, 0)).line, 0);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(bytes_are_as_described),        TEST(round_trip),
      TEST(origins_survive_what_hooks_do), TEST(hash_leaves_origins_out),
      TEST(truncated_bytes_are_refused),   TEST(flipped_bits_give_null_or_a_tree),
      TEST(a_false_count_takes_no_memory), TEST(depth_does_not_matter),
      TEST(positions_are_found),           TEST(documents_know_their_places),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
