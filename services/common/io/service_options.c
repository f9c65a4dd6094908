/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "common/io/service_private.h"
#include "noroshi/version.h"

enum {
	OPT_CHECK = 256,
	OPT_PRINT,
	OPT_EXAMPLE,
	OPT_MAN,
};

static const struct option long_options[] = {
    {"check-config", no_argument, NULL, OPT_CHECK},
    {"print-config", no_argument, NULL, OPT_PRINT},
    {"print-example", no_argument, NULL, OPT_EXAMPLE},
    {"print-man", no_argument, NULL, OPT_MAN},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static void
print_usage(const struct nrs_service *service, FILE *out)
{
	(void)fprintf(out,
	    "%s: %s\n"
	    "usage: %s [-v] [-F FILE] [-X NAME=VALUE]...\n"
	    "  -F FILE          read this configuration\n"
	    "  -X NAME=VALUE    set a parameter, or a librdkafka property; "
	    "beats the file\n"
	    "  -v               log what helps to find a fault\n"
	    "  --check-config   check the configuration, then end\n"
	    "  --print-config   print it as read, secrets masked\n"
	    "  --print-example  print every parameter with its default\n"
	    "  --print-man      print the tables of the manual page as scdoc\n"
	    "  -V, --version    print the version\n"
	    "  -h, --help       print this\n"
	    "exit status: 0 ended as asked, 1 failed, 2 usage, 78 wrong "
	    "configuration\n",
	    service->name, service->summary, service->name);
}

static enum nrs_service_action
action_of(const struct nrs_service *service, int option)
{
	switch (option) {
	case OPT_CHECK:
		return NRS_SERVICE_CHECK;
	case OPT_PRINT:
		return NRS_SERVICE_PRINT;
	case OPT_EXAMPLE:
		return NRS_SERVICE_EXAMPLE;
	case OPT_MAN:
		return NRS_SERVICE_MAN;
	case 'V':
		(void)printf("%s %s\n", service->name, NRS_VERSION);
		return NRS_SERVICE_DONE;
	case 'h':
		print_usage(service, stdout);
		return NRS_SERVICE_DONE;
	default: /* getopt_long has said what is wrong */
		return NRS_SERVICE_USAGE;
	}
}

void
nrs_service_parse(const struct nrs_service *service, int argc, char **argv,
    struct nrs_service_options *out)
{
	int option;

	optind = 0; /* start anew, also for a second call */
	while (out->action != NRS_SERVICE_DONE &&
	       out->action != NRS_SERVICE_USAGE) {
		option = getopt_long(argc, argv, "F:X:vVh", long_options, NULL);
		if (option == -1)
			break;
		if (option == 'F')
			out->file = optarg;
		else if (option == 'X')
			out->sets[out->n_sets++] = optarg;
		else if (option == 'v')
			out->verbose = true;
		else
			out->action = action_of(service, option);
	}
	if (out->action != NRS_SERVICE_DONE && optind < argc &&
	    out->action != NRS_SERVICE_USAGE) {
		(void)fprintf(stderr, "%s: unexpected argument -- '%s'\n",
		    argv[0], argv[optind]);
		out->action = NRS_SERVICE_USAGE;
	}
	if (out->action == NRS_SERVICE_USAGE)
		print_usage(service, stderr);
}
