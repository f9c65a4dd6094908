/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/io/public_key.h"
#include "noroshi/base/conf.h"
#include "noroshi/base/map.h"
#include "noroshi/base/text.h"
#include "noroshi/core/label.h"
#include "noroshi/io/sign.h"

struct member {
	struct nrs_keyring_entry entry;
	struct nrs_public_key *key;
};

struct nrs_keyring {
	struct nrs_map *members; /* by key id */
	struct nrs_arena *arena;
};

static void
free_member(void *value)
{
	struct member *member = value;

	nrs_public_key_free(member->key);
	free(member);
}

void
nrs_keyring_free(struct nrs_keyring *ring)
{
	if (ring == NULL)
		return;
	nrs_map_free(ring->members, free_member);
	nrs_arena_free(ring->arena);
	free(ring);
}

static enum nrs_rc
load_public(struct nrs_keyring *ring, const struct nrs_conf_node *node,
    struct member *member, struct nrs_err *err)
{
	char id[NRS_KEY_ID_SIZE];
	struct nrs_bytes public;
	const char *text;

	if (nrs_conf_string(node, "id", NULL, &text, err) != NRS_OK)
		return NRS_REJECT;
	member->entry.key_id = nrs_arena_strdup(ring->arena, text);
	if (nrs_conf_string(node, "public", NULL, &text, err) != NRS_OK)
		return NRS_REJECT;
	if (nrs_base64_decode(ring->arena, text, &public, NULL) != NRS_OK ||
	    public.len != NRS_PUBLIC_KEY_SIZE)
		return nrs_conf_refuse(nrs_conf_child(node, "public"), err,
		    "must be base64 of %d bytes", NRS_PUBLIC_KEY_SIZE);
	nrs_public_key_id(public.data, id);
	if (strcmp(id, member->entry.key_id) != 0)
		return nrs_conf_refuse(nrs_conf_child(node, "id"), err,
		    "does not belong to this public key, whose id is %s", id);
	member->key = nrs_public_key_new(public.data);
	if (member->key == NULL)
		return nrs_conf_refuse(nrs_conf_child(node, "public"), err,
		    "is not an Ed25519 public key");
	return NRS_OK;
}

/* The mode of exactly this name; NRS_MODE_UNSPECIFIED when there is none. */
static int
mode_named(const char *name)
{
	const struct nrs_term *terms;
	size_t i, n;

	terms = nrs_terms(NRS_VOC_MODE, &n);
	for (i = 1; i < n; i++)
		if (strcmp(terms[i].name, name) == 0)
			return terms[i].value;
	return NRS_MODE_UNSPECIFIED;
}

static enum nrs_rc
load_modes(const struct nrs_conf_node *node, struct member *member,
    struct nrs_err *err)
{
	const struct nrs_conf_node *modes, *item;
	const char *name;
	size_t i;
	int mode;

	if (nrs_conf_items(node, "modes", true, &modes, err) != NRS_OK)
		return NRS_REJECT;
	for (i = 0; i < nrs_conf_length(modes); i++) {
		item = nrs_conf_at(modes, i);
		if (nrs_conf_string(item, NULL, NULL, &name, err) != NRS_OK)
			return NRS_REJECT;
		mode = mode_named(name);
		if (mode == NRS_MODE_UNSPECIFIED)
			return nrs_conf_refuse(
			    item, err, "must be ACTUAL, EXERCISE or TEST");
		member->entry.modes |= 1U << (unsigned)mode;
	}
	if (member->entry.modes == 0)
		return nrs_conf_refuse(modes, err, "names no mode");
	return NRS_OK;
}

static enum nrs_rc
load_roles(struct nrs_keyring *ring, const struct nrs_conf_node *node,
    struct member *member, struct nrs_err *err)
{
	const struct nrs_conf_node *items;
	const char **roles, *text;
	size_t i, n;

	if (nrs_conf_items(node, "roles", false, &items, err) != NRS_OK)
		return NRS_REJECT;
	if (items == NULL)
		return NRS_OK;
	n = nrs_conf_length(items);
	roles = nrs_arena_array(ring->arena, n, sizeof(*roles));
	for (i = 0; i < n; i++) {
		if (nrs_conf_string(nrs_conf_at(items, i), NULL, NULL, &text,
		        err) != NRS_OK)
			return NRS_REJECT;
		if (!nrs_text_is_id(text, 64))
			return nrs_conf_refuse(nrs_conf_at(items, i), err,
			    "a role is 1 to 64 of [A-Za-z0-9._:-]");
		roles[i] = nrs_arena_strdup(ring->arena, text);
	}
	member->entry.roles = roles;
	member->entry.n_roles = n;
	return NRS_OK;
}

static enum nrs_rc
load_member(struct nrs_keyring *ring, const struct nrs_conf_node *node,
    struct member *member, struct nrs_err *err)
{
	static const char *const keys[] = {
	    "id", "public", "principal", "modes", "roles", "revoked", NULL};
	const char *text;

	if (nrs_conf_only(node, keys, err) != NRS_OK ||
	    load_public(ring, node, member, err) != NRS_OK ||
	    nrs_conf_string(node, "principal", NULL, &text, err) != NRS_OK ||
	    load_modes(node, member, err) != NRS_OK ||
	    load_roles(ring, node, member, err) != NRS_OK ||
	    nrs_conf_bool(
	        node, "revoked", false, &member->entry.revoked, err) != NRS_OK)
		return NRS_REJECT;
	if (!nrs_text_is_id(text, 64))
		return nrs_conf_refuse(nrs_conf_child(node, "principal"), err,
		    "a principal is 1 to 64 of [A-Za-z0-9._:-]");
	member->entry.principal = nrs_arena_strdup(ring->arena, text);
	if (nrs_map_get(ring->members, member->entry.key_id) != NULL)
		return nrs_conf_refuse(nrs_conf_child(node, "id"), err,
		    "appears twice in the keyring");
	return NRS_OK;
}

static enum nrs_rc
load_members(struct nrs_keyring *ring, const struct nrs_conf_node *root,
    struct nrs_err *err)
{
	static const char *const keys[] = {"keys", NULL};
	const struct nrs_conf_node *items;
	struct member *member;
	size_t i;

	if (nrs_conf_only(root, keys, err) != NRS_OK ||
	    nrs_conf_items(root, "keys", true, &items, err) != NRS_OK)
		return NRS_REJECT;
	for (i = 0; i < nrs_conf_length(items); i++) {
		member = nrs_calloc(1, sizeof(*member));
		if (load_member(ring, nrs_conf_at(items, i), member, err) !=
		    NRS_OK) {
			free_member(member);
			return NRS_REJECT;
		}
		(void)nrs_map_put(ring->members, member->entry.key_id, member);
	}
	return NRS_OK;
}

enum nrs_rc
nrs_keyring_load(
    const char *file, struct nrs_keyring **out, struct nrs_err *err)
{
	struct nrs_conf_doc *doc = NULL;
	struct nrs_keyring *ring = NULL;
	enum nrs_rc rc;

	rc = nrs_conf_open(file, &doc, err);
	if (rc != NRS_OK)
		goto out;
	ring = nrs_calloc(1, sizeof(*ring));
	ring->members = nrs_map_new();
	ring->arena = nrs_arena_new();
	rc = load_members(ring, nrs_conf_root(doc), err);
	if (rc != NRS_OK)
		goto out;
	*out = ring;
	ring = NULL; /* the caller owns it now */
out:
	nrs_keyring_free(ring);
	nrs_conf_close(doc);
	return rc;
}

const struct nrs_keyring_entry *
nrs_keyring_find(const struct nrs_keyring *ring, const char *key_id)
{
	const struct member *member = nrs_map_get(ring->members, key_id);

	return member == NULL ? NULL : &member->entry;
}

/* Who, where, what and its signature: a struct would only repeat the names. */
enum nrs_rc /* NOLINTNEXTLINE(readability-function-size) */
nrs_keyring_verify(const struct nrs_keyring *ring, const char *key_id, int mode,
    struct nrs_bytes message, struct nrs_bytes signature, struct nrs_err *err)
{
	const struct member *member = nrs_map_get(ring->members, key_id);

	if (member == NULL)
		return nrs_refuse(err, "key_id", "signature",
		    "this key is not in the keyring");
	if (member->entry.revoked)
		return nrs_refuse(
		    err, "key_id", "signature", "this key is revoked");
	if (mode <= NRS_MODE_UNSPECIFIED || mode > NRS_MODE_TEST ||
	    (member->entry.modes & 1U << (unsigned)mode) == 0)
		return nrs_refuse(err, "mode", "signature",
		    "this key may not sign in this mode");
	if (!nrs_public_key_verify(member->key, message, signature))
		return nrs_refuse(err, "signature", "signature",
		    "the signature does not cover the message");
	return NRS_OK;
}
