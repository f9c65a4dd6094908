/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Target: nrs_conf_load. Whatever file an operator writes, it is refused with
 * file:line or every value is within its row's limits.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "noroshi/base/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct values {
	const char *name;
	int64_t port;
	bool on;
	int colour;
	struct nrs_conf_list list;
};

static const struct nrs_param params[] = {
    {.name = "a.name",
        .type = NRS_PARAM_STRING,
        .offset = offsetof(struct values, name),
        .def = "x"},
    {.name = "a.port",
        .type = NRS_PARAM_INT,
        .offset = offsetof(struct values, port),
        .def = "1",
        .min = 1,
        .max = 65535},
    {.name = "a.on",
        .type = NRS_PARAM_BOOL,
        .offset = offsetof(struct values, on),
        .def = "false"},
    {.name = "b.colour",
        .type = NRS_PARAM_ENUM,
        .offset = offsetof(struct values, colour),
        .def = "red",
        .choices = "red|blue"},
    {.name = "b.list",
        .type = NRS_PARAM_LIST,
        .offset = offsetof(struct values, list),
        .def = ""},
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct values values = {0};
	struct nrs_conf conf = {0};
	struct nrs_conf_input in = {
	    .params = params, .n = sizeof(params) / sizeof(*params)};
	struct nrs_err err = {.text = ""};
	char path[64];
	int fd;

	/* It would read whatever file the input names. */
	if (memmem(data, size, "include", 7) != NULL)
		return 0;
	fd = memfd_create("conf", 0);
	assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	in.file = path;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (nrs_conf_load(&conf, &in, &values, &err) == NRS_OK) {
		assert(values.port >= 1 && values.port <= 65535);
		assert(values.colour == 0 || values.colour == 1);
		assert(values.name != NULL);
	} else {
		assert(strstr(err.text, path) != NULL);
	}
	nrs_conf_fini(&conf);
	(void)close(fd);
	return 0;
}
