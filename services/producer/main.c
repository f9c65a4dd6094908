/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/producer.h"

int
main(int argc, char **argv)
{
	return nrs_service_main(producer_service(), argc, argv);
}
