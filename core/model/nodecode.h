/* The canonical encoding of node trees, and the compact form of their positions. */
#ifndef NT_MODEL_NODECODE_H
#define NT_MODEL_NODECODE_H

#include "base/buf.h"
#include "model/node.h"

/* The tree in pre-order. Origins are part of the bytes (a diagnostic must find its way back) but the hash of a body is
 * taken over nt_node_hash's bytes, which leave them out. */
void nt_node_encode(const nt_node *root, nt_buf *out);
/* Strings borrow from `bytes`. NULL if the bytes are damaged. Does not recurse. */
nt_node *nt_node_decode(nt_str bytes, nt_arena *arena);
nt_hash nt_node_hash(const nt_node *root);
/* Both at once, for the price of the first while no hook has changed the tree's order. */
nt_hash nt_node_encode_hashed(const nt_node *root, nt_buf *out);

/* Positions by origin - 1, as differences in varints. */
void nt_node_positions_encode(const nt_node_pos *positions, size_t count, nt_buf *out);
/* The position of one origin; false if it has none. */
bool nt_node_position_find(nt_str encoded, uint32_t origin, nt_node_pos *out);

#endif
