/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/dispatcher.h"

int
main(int argc, char **argv)
{
	return nrs_service_main(dispatcher_service(), argc, argv);
}
