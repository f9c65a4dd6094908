/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/tlp.h"

#include "noroshi/core/rule.h"

static enum nrs_tlp
known(enum nrs_tlp label)
{
	return label < NRS_TLP_RED || label > NRS_TLP_CLEAR ? NRS_TLP_RED
	                                                    : label;
}

bool
nrs_tlp_allows(enum nrs_tlp label, enum nrs_route route)
{
	switch (route) {
	case NRS_ROUTE_REALTIME:
	case NRS_ROUTE_OVERRIDE:
		return true;
	case NRS_ROUTE_NEWSLETTER:
		return known(label) != NRS_TLP_RED;
	case NRS_ROUTE_WEB:
		return known(label) == NRS_TLP_CLEAR;
	case NRS_ROUTE_UNSPECIFIED:
		break;
	}
	return false;
}

unsigned
nrs_tlp_gate(enum nrs_tlp label, unsigned routes)
{
	unsigned allowed = 0;
	enum nrs_route route;

	for (route = NRS_ROUTE_REALTIME; route <= NRS_ROUTE_OVERRIDE; route++)
		if (nrs_tlp_allows(label, route))
			allowed |= NRS_ROUTE_BIT(route);
	return routes & allowed;
}

bool
nrs_tlp_topic_holds(enum nrs_tlp topic, enum nrs_tlp label)
{
	return known(topic) != NRS_TLP_RED && known(label) >= known(topic);
}

bool
nrs_tlp_widens(enum nrs_tlp from, enum nrs_tlp to)
{
	return known(to) > known(from);
}

enum nrs_tlp
nrs_tlp_stricter(enum nrs_tlp a, enum nrs_tlp b)
{
	return nrs_tlp_widens(a, b) ? a : b;
}
