/* Between bind_node.c (what a node is) and bind_tree.c (where it stands). */
#ifndef NT_SCRIPT_TREE_H
#define NT_SCRIPT_TREE_H

#include "script/state.h"

void nt_push_relative(lua_State *L, const nt_node_ref *from, nt_node *node);
nt_node *nt_check_writable(lua_State *L, int index);
/* Raises unless the child may stand in the parent. */
void nt_check_holds(lua_State *L, const nt_node *parent, const nt_node *child);
/* node.key = value; raises for what a node of its type has not. */
void nt_node_set_member(lua_State *L, nt_node *node, nt_str key, int value);

int nt_node_each(lua_State *L);
int nt_node_first(lua_State *L);
int nt_node_walk(lua_State *L);
int nt_node_parent(lua_State *L);
int nt_node_children(lua_State *L);
int nt_node_next_sibling(lua_State *L);
int nt_node_prev_sibling(lua_State *L);
int nt_node_append_child(lua_State *L);
int nt_node_prepend_child(lua_State *L);
int nt_node_put_before(lua_State *L);
int nt_node_put_after(lua_State *L);
int nt_node_replace_with(lua_State *L);
int nt_node_remove(lua_State *L);
int nt_node_copy(lua_State *L);

#endif
