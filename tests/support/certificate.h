/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_CERTIFICATE_H
#define SUPPORT_CERTIFICATE_H
/*
 * certificate: a key and a certificate that signs itself, in one PEM file that
 * serves as a server's and as the list of authorities.
 */

/* For the name ("IP:127.0.0.1", "DNS:x.example"), valid from a month ago until
 * days from now; fails the test if it cannot be written. */
void certificate_write(const char *file, const char *name, int days);
#endif
