/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_VERP_H
#define NOROSHI_CORE_VERP_H
/*
 * verp: an envelope sender of its own for every try of every mail, so that a
 * bounce says by its address alone which one came back:
 * bounce+a-3-123456-0011..aabb@example.jp. Pure, any thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NRS_VERP_KEY 12       /* first bytes of the delivery's key */
#define NRS_VERP_LOCAL_MAX 12 /* bytes before the '+' */
#define NRS_VERP_SIZE 320     /* of an address with its NUL */

/* Where the receipt lies that says the try was begun. */
struct nrs_verp {
	char lane; /* 'a', 'n', 'd': alert, newsletter, due */
	int partition;
	int64_t offset;
	uint8_t key[NRS_VERP_KEY];
};

/* mailbox has at most NRS_VERP_LOCAL_MAX bytes before its '@'. Returns out. */
const char *nrs_verp_address(
    const char *mailbox, const struct nrs_verp *verp, char out[NRS_VERP_SIZE]);
/* False: not such an address. Whatever stands before the '+' and after the '@'
 * is not looked at: the receipt itself must fit the key. */
bool nrs_verp_parse(const char *address, size_t len, struct nrs_verp *out);
#endif
