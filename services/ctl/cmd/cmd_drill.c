/* SPDX-License-Identifier: Apache-2.0 */
/* drill start, drill end: a second set of services, on drill topics. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/daemons.h"
#include "ctl/standdown.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/text.h"

#define STATE_DIR "noroshi-drill"
#define CONF_DIR "/etc/noroshi/drill"
#define ID_MAX 32 /* of the id of the stand-down it is a part */
#define STOP_MS 60000
#define LOOK_MS 50

/* A configuration for the real thing must not start a drill by a slip, nor the
 * reverse: mode and exercise are in the file. */
static enum nrs_rc
check_conf(const struct ctl *ctl, struct nrs_err *err)
{
	if (ctl_mode(ctl) != NRS_MODE_EXERCISE)
		return nrs_refuse(err, "mode", "conf",
		    "the configuration says %s: take the drill's, with mode = "
		    "\"exercise\" (-F " CONF_DIR "/noroshictl.conf)",
		    nrs_term_name(NRS_VOC_MODE, (int)ctl_mode(ctl)));
	if (!nrs_text_is_id(ctl->conf.exercise_id, ID_MAX))
		return nrs_refuse(err, "exercise_id", "conf",
		    "which exercise? 1 to %d of [A-Za-z0-9._:-] in the "
		    "configuration, or -X exercise_id=ID",
		    ID_MAX);
	return NRS_OK;
}

static const char *
state_dir(const struct ctl *ctl)
{
	const char *dir = ctl_opt(ctl, CTL_OPT_STATE_DIR);

	return dir == NULL ? STATE_DIR : dir;
}

/* The lock says who runs the drill, and goes with its process. */
static enum nrs_rc
open_lock(struct ctl *ctl, int *fd, struct nrs_err *err)
{
	const char *file =
	    nrs_arena_printf(ctl->arena, "%s/lock", state_dir(ctl));

	*fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (*fd < 0)
		return nrs_fail(
		    err, NRS_FATAL, "%s: %s", file, strerror(errno));
	return NRS_OK;
}

/* Who holds it; 0: nobody. */
static pid_t
holder(int fd)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	return fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK
	           ? lock.l_pid
	           : 0;
}

static enum nrs_rc
take_lock(struct ctl *ctl, int *fd, struct nrs_err *err)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	enum nrs_rc rc;

	if (mkdir(state_dir(ctl), 0750) != 0 && errno != EEXIST)
		return nrs_fail(
		    err, NRS_FATAL, "%s: %s", state_dir(ctl), strerror(errno));
	rc = open_lock(ctl, fd, err);
	if (rc == NRS_OK && fcntl(*fd, F_SETLK, &lock) != 0)
		rc = nrs_fail(err, NRS_FATAL,
		    "a drill runs already (process %ld)", (long)holder(*fd));
	return rc;
}

static void
say_started(struct ctl *ctl)
{
	ctl_out_begin(ctl->out, CTL_BLOCK);
	ctl_out_str(ctl->out, "mode", "EXERCISE");
	ctl_out_str(ctl->out, "exercise_id", ctl->conf.exercise_id);
	ctl_out_str(ctl->out, "url", ctl->conf.producer);
	ctl_out_end(ctl->out);
	ctl_out_note(ctl->out,
	    "The drill runs until `noroshictl drill end`, which tells everyone "
	    "that it is over.",
	    "訓練は noroshictl drill end まで続く。終了は全員に知らされる。");
}

/* Whatever the daemons' files say: this bus, the drill's topics. */
static enum nrs_rc
run(struct ctl *ctl, struct nrs_err *err)
{
	const char *conf = ctl_opt(ctl, CTL_OPT_CONF_DIR);
	const char *const set[] = {"mode=exercise",
	    nrs_arena_printf(
	        ctl->arena, "bus.servers=%s", ctl->conf.bus.servers),
	    nrs_arena_printf(
	        ctl->arena, "bus.prefix=%s", ctl->conf.bus.prefix)};
	struct ctl_daemons daemons = {.ctl = ctl,
	    .conf = conf == NULL ? CONF_DIR : conf,
	    .logs = state_dir(ctl),
	    .set = set,
	    .n_set = sizeof(set) / sizeof(set[0])};
	enum nrs_rc rc = ctl_daemons_start(&daemons, err);

	if (rc == NRS_OK) {
		say_started(ctl);
		rc = ctl_daemons_wait(&daemons, err);
	}
	ctl_daemons_stop(&daemons);
	return rc;
}

enum ctl_exit
ctl_cmd_drill_start(struct ctl *ctl)
{
	struct nrs_err err = {0};
	enum ctl_exit code = CTL_DONE;
	int fd = -1;
	enum nrs_rc rc = check_conf(ctl, &err);

	if (rc == NRS_OK)
		rc = take_lock(ctl, &fd, &err);
	if (rc == NRS_OK)
		code = ctl_cmd_topics_apply(ctl);
	if (rc == NRS_OK && code == CTL_DONE)
		rc = run(ctl, &err);
	if (fd >= 0)
		(void)close(fd);
	return rc == NRS_OK ? code : ctl_failed(rc, &err);
}

/* It stops its services and lets go of the lock. */
static enum nrs_rc
stop(struct ctl *ctl, struct nrs_err *err)
{
	const struct nrs_mono start = nrs_mono_now();
	pid_t pid;
	int fd = -1;

	if (open_lock(ctl, &fd, err) != NRS_OK || holder(fd) == 0) {
		ctl_out_note(ctl->out,
		    "No services were started here. With systemd: systemctl "
		    "stop 'noroshi-*@drill'",
		    "ここで始めたサービスはない。systemd なら systemctl stop "
		    "'noroshi-*@drill'");
		goto out;
	}
	pid = holder(fd);
	(void)kill(pid, SIGTERM);
	while (holder(fd) == pid && nrs_mono_since_ms(start) < STOP_MS)
		(void)nrs_stop_wait(ctl->stop, LOOK_MS);
out:
	pid = fd < 0 ? 0 : holder(fd);
	if (fd >= 0)
		(void)close(fd);
	return pid == 0 ? NRS_OK
	                : nrs_fail(err, NRS_FATAL, "process %ld does not end",
	                      (long)pid);
}

enum ctl_exit
ctl_cmd_drill_end(struct ctl *ctl)
{
	struct nrs_err err = {0};
	enum ctl_exit code;

	if (check_conf(ctl, &err) != NRS_OK)
		return ctl_failed(NRS_REJECT, &err);
	code = ctl_standdown(ctl);
	if (code != CTL_DONE) {
		ctl_out_note(ctl->out,
		    "The drill's services still run. When the cause is "
		    "mended, end it again: nobody is told twice.",
		    "訓練のサービスは動いている。原因を除いて、もう一度終えると"
		    "よい。二重には知らされない。");
		return code;
	}
	return stop(ctl, &err) == NRS_OK ? CTL_DONE
	                                 : ctl_failed(NRS_FATAL, &err);
}
