/* SPDX-License-Identifier: Apache-2.0 */
#include "support/certificate.h"

#include <assert.h>
#include <stdio.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define DAY_S (24L * 60 * 60)

static void
add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert(extension != NULL);
	assert(X509_add_ext(cert, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

void
certificate_write(const char *file, const char *name, int days)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	X509_NAME *subject = X509_get_subject_name(cert);
	FILE *out = fopen(file, "w");

	assert(key != NULL && cert != NULL && out != NULL);
	assert(X509_set_version(cert, 2) == 1);
	assert(ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) == 1);
	assert(X509_gmtime_adj(X509_getm_notBefore(cert), -30 * DAY_S) != NULL);
	assert(X509_gmtime_adj(X509_getm_notAfter(cert), days * DAY_S) != NULL);
	assert(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
	           (const unsigned char *)"relay", -1, -1, 0) == 1);
	assert(X509_set_issuer_name(cert, subject) == 1);
	assert(X509_set_pubkey(cert, key) == 1);
	add_extension(cert, NID_subject_alt_name, name);
	add_extension(cert, NID_basic_constraints, "critical,CA:TRUE");
	assert(X509_sign(cert, key, EVP_sha256()) > 0);
	assert(PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) == 1);
	assert(PEM_write_X509(out, cert) == 1);
	assert(fclose(out) == 0);
	X509_free(cert);
	EVP_PKEY_free(key);
}
