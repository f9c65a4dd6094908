/* SPDX-License-Identifier: Apache-2.0 */
#include "classifier/classifier.h"

int
main(int argc, char **argv)
{
	return nrs_service_main(classifier_service(), argc, argv);
}
