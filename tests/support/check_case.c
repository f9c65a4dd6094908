/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t salt[16];

void
check_case_open(struct check_case *c)
{
	static struct nrs_countermeasure measure = {"patch", 0};

	scene_open(&c->scene, NRS_MODE_ACTUAL);
	c->check = (struct nrs_check){
	    .sectors = c->scene.policy->sectors,
	    .now_ms = SCENE_NOW,
	    .mode = NRS_MODE_ACTUAL,
	};
	c->content = scene_content(&c->scene, "a");
	c->content.no_countermeasure = false;
	c->content.countermeasures = &measure;
	c->content.n_countermeasures = 1;
	c->to = scene_to(&c->scene, "power");
	c->to.salt = (struct nrs_bytes){salt, sizeof(salt)};
	c->change = (struct nrs_posture_change){
	    .scope = "*",
	    .posture = NRS_POSTURE_HEIGHTENED,
	    .until = SCENE_NOW + DAY,
	    .reason = "because",
	    .mode = NRS_MODE_ACTUAL,
	    .issued_at = SCENE_NOW,
	    .change_id = "p-1",
	};
}

void
check_case_close(struct check_case *c)
{
	scene_close(&c->scene);
}

void
check_case_says(enum nrs_rc rc, const struct nrs_err *err, const char *field,
    const char *rule)
{
	if (field == NULL) {
		if (rc != NRS_OK)
			fail_msg("%s %s: %s", err->field, err->rule, err->text);
		return;
	}
	assert_int_equal(rc, NRS_REJECT);
	assert_string_equal(err->field, field);
	assert_string_equal(err->rule, rule);
	assert_true(strlen(err->text) > 10);
}

void
check_case_notice(struct check_case *c, const char *field, const char *rule)
{
	check_case_says(
	    nrs_check_notice(&c->check, &c->content, &c->to, &c->err), &c->err,
	    field, rule);
}
