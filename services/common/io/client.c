/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/text.h"

#define ANSWER_MAX ((size_t)8 * 1024 * 1024)

struct call {
	const struct nrs_client_request *request;
	struct nrs_client_answer *answer;
	size_t max;
	bool too_long;
	char why[CURL_ERROR_SIZE];
};

static void
setup_once(void)
{
	/* Fails only when memory is out, and then every handle is NULL. */
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

static size_t
take_body(char *data, size_t size, size_t n, void *opaque)
{
	struct call *call = opaque;
	size_t len = size * n;

	if (len > call->max - call->answer->body.len) {
		call->too_long = true;
		return 0;
	}
	nrs_buf_add(&call->answer->body, data, len);
	return len;
}

static size_t
take_header(char *data, size_t size, size_t n, void *opaque)
{
	static const char name[] = "Retry-After:";
	struct call *call = opaque;
	size_t len = size * n;
	char value[16] = "";

	if (len > sizeof(name) - 1 &&
	    strncasecmp(data, name, sizeof(name) - 1) == 0) {
		size_t rest = len - (sizeof(name) - 1);
		if (rest > sizeof(value) - 1)
			rest = sizeof(value) - 1;
		memcpy(value, data + sizeof(name) - 1, rest);
		long seconds = strtol(value, NULL, 10);
		if (seconds > 0 && seconds < 86400)
			call->answer->retry_after_s = (int)seconds;
	}
	return len;
}

#define SET(handle, option, value)                                             \
	(curl_easy_setopt((handle), (option), (value)) == CURLE_OK)

static bool
set_what_is_fixed(CURL *curl, struct call *call)
{
	return SET(curl, CURLOPT_NOSIGNAL, 1L) &&
	       SET(curl, CURLOPT_PROTOCOLS_STR, "http,https") &&
	       SET(curl, CURLOPT_FOLLOWLOCATION, 0L) &&
	       SET(curl, CURLOPT_PROXY, "") &&
	       SET(curl, CURLOPT_ERRORBUFFER, call->why) &&
	       SET(curl, CURLOPT_WRITEFUNCTION, take_body) &&
	       SET(curl, CURLOPT_WRITEDATA, call) &&
	       SET(curl, CURLOPT_HEADERFUNCTION, take_header) &&
	       SET(curl, CURLOPT_HEADERDATA, call);
}

static bool
set_request(CURL *curl, const struct nrs_client_request *request,
    const struct curl_slist *headers)
{
	bool ok = SET(curl, CURLOPT_URL, request->url) &&
	          SET(curl, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms) &&
	          SET(curl, CURLOPT_HTTPHEADER, headers);

	if (ok && strcmp(request->method, "POST") == 0)
		ok = SET(curl, CURLOPT_POST, 1L) &&
		     SET(curl, CURLOPT_POSTFIELDS,
		         request->body.data == NULL
		             ? ""
		             : (const char *)request->body.data) &&
		     SET(curl, CURLOPT_POSTFIELDSIZE_LARGE,
		         (curl_off_t)request->body.len);
	return ok;
}

/* Only these say that no byte of the request can have reached a server. */
static bool
nothing_was_sent(CURLcode code)
{
	return code == CURLE_COULDNT_RESOLVE_HOST ||
	       code == CURLE_COULDNT_CONNECT ||
	       code == CURLE_SSL_CONNECT_ERROR ||
	       code == CURLE_PEER_FAILED_VERIFICATION ||
	       code == CURLE_URL_MALFORMAT ||
	       code == CURLE_UNSUPPORTED_PROTOCOL;
}

static enum nrs_rc
perform(CURL *curl, struct call *call, struct nrs_err *err)
{
	CURLcode code = curl_easy_perform(curl);
	long status = 0;

	if (code == CURLE_OK)
		code = curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	call->answer->status = (int)status;
	if (code == CURLE_OK)
		return NRS_OK;
	call->answer->maybe_done = !nothing_was_sent(code);
	if (call->too_long)
		return nrs_fail(err, NRS_RETRY,
		    "%s: the answer is longer than %zu bytes",
		    call->request->url, call->max);
	return nrs_fail(err, NRS_RETRY, "%s: %s", call->request->url,
	    call->why[0] != '\0' ? call->why : curl_easy_strerror(code));
}

enum nrs_rc
nrs_client_call(const struct nrs_client_request *request,
    struct nrs_client_answer *answer, struct nrs_err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct call call = {.request = request, .answer = answer};
	struct curl_slist *headers = NULL;
	char type[128];
	CURL *curl = NULL;
	enum nrs_rc rc;

	*answer = (struct nrs_client_answer){0};
	call.max = request->max_answer == 0 ? ANSWER_MAX : request->max_answer;
	rc = nrs_text_url(request->url, err);
	if (rc != NRS_OK)
		return rc;
	(void)pthread_once(&once, setup_once);
	(void)snprintf(type, sizeof(type), "Content-Type: %s",
	    request->type == NULL ? "" : request->type);
	/* Without Expect libcurl does not wait a second before a large body. */
	headers = curl_slist_append(curl_slist_append(NULL, "Expect:"), type);
	curl = curl_easy_init();
	if (curl == NULL || headers == NULL ||
	    !set_what_is_fixed(curl, &call) ||
	    !set_request(curl, request, headers)) {
		rc = nrs_fail(err, NRS_FATAL, "libcurl cannot be set up");
		goto out;
	}
	rc = perform(curl, &call, err);
out:
	curl_easy_cleanup(curl);
	curl_slist_free_all(headers);
	return rc;
}
