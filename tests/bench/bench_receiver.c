/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A quick receiver of webhooks, the same for everybody who is compared.
 *
 *   bench_receiver PORT_FILE COUNT
 *
 * Answers 204 to every POST; after the COUNTth prints the time (seconds since
 * 1970) of the first and of the last, and ends.
 */
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS 2000

struct receiver {
	long want;
	atomic_long seen;
	double first, last;
	atomic_bool done;
};

static double
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
count(struct receiver *receiver)
{
	if (receiver->seen == 0)
		receiver->first = now();
	if (++receiver->seen == receiver->want) {
		receiver->last = now();
		receiver->done = true;
	}
}

/* NOLINTBEGIN(readability-function-size): libmicrohttpd's prototype */
static enum MHD_Result
answer(void *cls, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *data, size_t *size,
    void **mine)
{
	static int begun;
	struct MHD_Response *response;
	enum MHD_Result result;

	(void)url, (void)version, (void)data;
	if (*mine == NULL || *size > 0) {
		*mine = &begun;
		*size = 0;
		return MHD_YES;
	}
	response =
	    MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	result = MHD_queue_response(connection, MHD_HTTP_NO_CONTENT, response);
	MHD_destroy_response(response);
	if (strcmp(method, "POST") == 0)
		count(cls);
	return result;
}
/* NOLINTEND(readability-function-size) */

static void
tell_port(struct MHD_Daemon *daemon, const char *path)
{
	const union MHD_DaemonInfo *info =
	    MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
	FILE *file = fopen(path, "w");

	if (info == NULL || file == NULL ||
	    fprintf(file, "%u\n", (unsigned)info->port) < 0 ||
	    fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

int
main(int argc, char **argv)
{
	struct receiver receiver = {0};
	struct MHD_Daemon *daemon;

	if (argc != 3) {
		(void)fprintf(
		    stderr, "usage: bench_receiver PORT_FILE COUNT\n");
		return 2;
	}
	receiver.want = strtol(argv[2], NULL, 10);
	daemon = MHD_start_daemon(
	    MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TCP_FASTOPEN, 0, NULL, NULL,
	    answer, &receiver, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS,
	    MHD_OPTION_LISTEN_BACKLOG_SIZE, 1000, MHD_OPTION_END);
	if (daemon == NULL) {
		(void)fprintf(stderr, "bench_receiver: no daemon\n");
		return 1;
	}
	tell_port(daemon, argv[1]);
	while (!receiver.done)
		usleep(5000);
	usleep(200000); /* the last answer leaves */
	(void)printf("%.3f %.3f\n", receiver.first, receiver.last);
	MHD_stop_daemon(daemon);
	return 0;
}
