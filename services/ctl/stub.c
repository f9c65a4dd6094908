/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/stub.h"

struct nrs_stub_content
ctl_stub_of(const struct nrs_content *content)
{
	return (struct nrs_stub_content){
	    .notice_id = content->notice_id,
	    .thread_id = content->thread_id,
	    .revision = content->revision,
	    .kind = content->kind,
	    .mode = content->mode,
	    .supersedes = content->supersedes,
	    .n_supersedes = content->n_supersedes,
	    .issued_at = content->issued_at,
	};
}
