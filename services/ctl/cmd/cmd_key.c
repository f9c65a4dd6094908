/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "noroshi/base/text.h"
#include "noroshi/core/label.h"

/* "desk, issuer" -> ["desk", "issuer"], each checked. */
static enum nrs_rc
word_list(
    const char *text, bool modes, struct nrs_buf *out, struct nrs_err *err)
{
	if (text[0] == '\0')
		return nrs_refuse(err, "", "usage", "--%s names none",
		    modes ? "modes" : "roles");
	nrs_buf_addc(out, '[');
	for (const char *p = text; *p != '\0';) {
		size_t len = strcspn(p, ",");
		char *word = nrs_asprintf("%.*s", (int)len, p);
		int value;
		bool good = modes ? nrs_term_parse(NRS_VOC_MODE, word, &value)
		                  : nrs_text_is_id(word, 64);
		if (good)
			nrs_buf_printf(out, "%s\"%s\"", p == text ? "" : ", ",
			    modes ? nrs_term_name(NRS_VOC_MODE, value) : word);
		free(word);
		if (!good)
			return nrs_refuse(err, modes ? "modes" : "roles",
			    "usage", "--%s: \"%.*s\" is %s",
			    modes ? "modes" : "roles", (int)len, p,
			    modes ? "not ACTUAL, EXERCISE or TEST"
			          : "not 1 to 64 of A-Z a-z 0-9 . _ : -");
		p += len + (p[len] == ',');
	}
	nrs_buf_addc(out, ']');
	return NRS_OK;
}

struct row {
	const char *principal, *public;
	struct nrs_buf roles, modes;
};

static enum nrs_rc
fill_row(const struct ctl *ctl, struct row *row, struct nrs_err *err)
{
	const char *roles = ctl_opt(ctl, CTL_OPT_ROLES);
	const char *modes = ctl_opt(ctl, CTL_OPT_MODES);
	enum nrs_rc rc;

	row->principal = ctl_opt(ctl, CTL_OPT_PRINCIPAL);
	if (row->principal == NULL || ctl_opt(ctl, CTL_OPT_OUT) == NULL)
		return nrs_refuse(err, "", "usage",
		    "\"key new\" needs --out FILE and --principal NAME");
	if (!nrs_text_is_id(row->principal, 64))
		return nrs_refuse(err, "principal", "usage",
		    "--principal is 1 to 64 of A-Z a-z 0-9 . _ : -");
	rc = word_list(roles == NULL ? "desk" : roles, false, &row->roles, err);
	if (rc != NRS_OK)
		return rc;
	return word_list(
	    modes == NULL ? "ACTUAL" : modes, true, &row->modes, err);
}

static void
print_row(struct ctl *ctl, const struct nrs_key *key, const struct row *row)
{
	if (ctl_out_is_json(ctl->out)) {
		ctl_out_begin(ctl->out, CTL_BLOCK);
		ctl_out_str(ctl->out, "key_id", nrs_key_id(key));
		ctl_out_str(ctl->out, "public", row->public);
		ctl_out_str(ctl->out, "principal", row->principal);
		ctl_out_str(ctl->out, "file", ctl_opt(ctl, CTL_OPT_OUT));
		ctl_out_end(ctl->out);
		return;
	}
	(void)printf("  { id = \"%s\";\n    public = \"%s\";\n"
	             "    principal = \"%s\"; modes = %s; roles = %s; }\n",
	    nrs_key_id(key), row->public, row->principal,
	    nrs_buf_str(&row->modes), nrs_buf_str(&row->roles));
}

enum ctl_exit
ctl_cmd_key_new(struct ctl *ctl)
{
	struct row row = {0};
	struct nrs_key *key = NULL;
	struct nrs_err err = {0};
	enum ctl_exit code = CTL_DONE;
	enum nrs_rc rc;

	if (fill_row(ctl, &row, &err) != NRS_OK) {
		code = ctl_misused(ctl, &err);
		goto out;
	}
	rc = nrs_key_new(&key, &err);
	if (rc == NRS_OK)
		rc = nrs_key_write(key, ctl_opt(ctl, CTL_OPT_OUT), &err);
	if (rc != NRS_OK) {
		code = ctl_failed(NRS_FATAL, &err);
		goto out;
	}
	row.public = nrs_base64(ctl->arena,
	    (struct nrs_bytes){nrs_key_public(key), NRS_PUBLIC_KEY_SIZE});
	print_row(ctl, key, &row);
	ctl_out_note(ctl->out,
	    "This row belongs between the ( ) of keys.conf, after a comma if "
	    "there is one before it.",
	    "この行を keys.conf の ( ) "
	    "の間に書く。前に行があればコンマで区切る。");
out:
	nrs_key_free(key);
	nrs_buf_fini(&row.roles);
	nrs_buf_fini(&row.modes);
	return code;
}
