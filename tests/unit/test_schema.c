/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of core/schema against what protoc-c made of the .proto files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "common/io/wire_scan.h"
#include "noroshi/core/schema.h"
#include "noroshi/v1/alert.pb-c.h"
#include "noroshi/v1/command.pb-c.h"
#include "noroshi/v1/decision.pb-c.h"
#include "noroshi/v1/delivery.pb-c.h"
#include "noroshi/v1/notice.pb-c.h"

/* Written apart from the table in wire.c, so that each checks the other. */
static const ProtobufCMessageDescriptor *const all[] = {
    &noroshi__v1__section__descriptor,
    &noroshi__v1__countermeasure__descriptor,
    &noroshi__v1__vulnerability__descriptor,
    &noroshi__v1__reference__descriptor,
    &noroshi__v1__attachment__descriptor,
    &noroshi__v1__contact__descriptor,
    &noroshi__v1__contact_arrangement__descriptor,
    &noroshi__v1__translation__descriptor,
    &noroshi__v1__content__descriptor,
    &noroshi__v1__addressing__descriptor,
    &noroshi__v1__signature__descriptor,
    &noroshi__v1__stub__descriptor,
    &noroshi__v1__stub_content__descriptor,
    &noroshi__v1__submission__descriptor,
    &noroshi__v1__posture_change__descriptor,
    &noroshi__v1__approval__descriptor,
    &noroshi__v1__cut_off__descriptor,
    &noroshi__v1__deadline__descriptor,
    &noroshi__v1__classification__descriptor,
    &noroshi__v1__versions__descriptor,
    &noroshi__v1__thread_sector__descriptor,
    &noroshi__v1__thread_change__descriptor,
    &noroshi__v1__posture_set__descriptor,
    &noroshi__v1__arrangement_set__descriptor,
    &noroshi__v1__waiting_change__descriptor,
    &noroshi__v1__held_change__descriptor,
    &noroshi__v1__promotion__descriptor,
    &noroshi__v1__issue__descriptor,
    &noroshi__v1__drain__descriptor,
    &noroshi__v1__outcome__descriptor,
    &noroshi__v1__rejection__descriptor,
    &noroshi__v1__audit__descriptor,
    &noroshi__v1__alert__descriptor,
    &noroshi__v1__dispatch__descriptor,
    &noroshi__v1__newsletter_item__descriptor,
    &noroshi__v1__newsletter__descriptor,
    &noroshi__v1__channel__descriptor,
    &noroshi__v1__filter__descriptor,
    &noroshi__v1__subscription__descriptor,
    &noroshi__v1__part__descriptor,
    &noroshi__v1__variant__descriptor,
    &noroshi__v1__delivery__descriptor,
    &noroshi__v1__endpoint__descriptor,
    &noroshi__v1__verification__descriptor,
    &noroshi__v1__delivery_batch__descriptor,
    &noroshi__v1__receipt__descriptor,
};

/* "contact_arrangement" and "ContactArrangement" are one name. */
static bool
same_name(const char *snake, const char *camel)
{
	for (; *snake != '\0'; snake++) {
		if (*snake == '_')
			continue;
		if (strncasecmp(snake, camel, 1) != 0)
			return false;
		camel++;
	}
	return *camel == '\0';
}

static const ProtobufCMessageDescriptor *
descriptor_of(const struct nrs_schema *schema)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (same_name(schema->name, all[i]->short_name))
			return all[i];
	fail_msg("no message is called %s", schema->name);
	return NULL;
}

static void
check_terms(enum nrs_vocabulary voc, const ProtobufCEnumDescriptor *theirs)
{
	const struct nrs_term *terms;
	size_t n;

	terms = nrs_terms(voc, &n);
	assert_int_equal(n, theirs->n_values);
	for (size_t i = 0; i < n; i++) {
		const ProtobufCEnumValue *value =
		    protobuf_c_enum_descriptor_get_value(
		        theirs, terms[i].value);
		const char *prefix_end;

		assert_non_null(value);
		/* KIND_FOLLOW_UP is FOLLOW_UP. */
		prefix_end = strchr(value->name, '_');
		assert_non_null(prefix_end);
		if (strcmp(prefix_end + 1, terms[i].name) != 0)
			fail_msg("%s is called %s", value->name, terms[i].name);
	}
}

static void
check_type(const struct nrs_field *row, const ProtobufCFieldDescriptor *field)
{
	static const ProtobufCType types[] = {
	    [NRS_FIELD_STRING] = PROTOBUF_C_TYPE_STRING,
	    [NRS_FIELD_BYTES] = PROTOBUF_C_TYPE_BYTES,
	    [NRS_FIELD_BOOL] = PROTOBUF_C_TYPE_BOOL,
	    [NRS_FIELD_UINT32] = PROTOBUF_C_TYPE_UINT32,
	    [NRS_FIELD_INT64] = PROTOBUF_C_TYPE_INT64,
	    [NRS_FIELD_TIME] = PROTOBUF_C_TYPE_INT64,
	    [NRS_FIELD_TERM] = PROTOBUF_C_TYPE_ENUM,
	    [NRS_FIELD_MESSAGE] = PROTOBUF_C_TYPE_MESSAGE,
	};

	assert_int_equal(types[row->type], field->type);
	if (row->type == NRS_FIELD_TERM)
		check_terms(row->voc, field->descriptor);
	if (row->type == NRS_FIELD_MESSAGE)
		assert_ptr_equal(descriptor_of(nrs_schema_of(row->message)),
		    field->descriptor);
}

static void
every_row_is_its_field_of_the_schema(void **state)
{
	(void)state;
	assert_int_equal(sizeof(all) / sizeof(all[0]), NRS_TYPE_COUNT);
	for (int type = 0; type < NRS_TYPE_COUNT; type++) {
		const struct nrs_schema *schema =
		    nrs_schema_of((enum nrs_message_type)type);
		const ProtobufCMessageDescriptor *theirs =
		    descriptor_of(schema);

		assert_int_equal(schema->n_fields, theirs->n_fields);
		assert_true(schema->n_fields <= NRS_WIRE_MAX_ROWS);
		for (size_t i = 0; i < schema->n_fields; i++) {
			const struct nrs_field *row = &schema->fields[i];
			const ProtobufCFieldDescriptor *field =
			    &theirs->fields[i];

			assert_string_equal(row->name, field->name);
			assert_int_equal(row->number, field->id);
			assert_int_equal(row->many,
			    field->label == PROTOBUF_C_LABEL_REPEATED);
			check_type(row, field);
		}
	}
}

static size_t
width(const struct nrs_field *row)
{
	if (row->many || row->type == NRS_FIELD_MESSAGE)
		return sizeof(void *);
	switch (row->type) {
	case NRS_FIELD_BYTES:
		return sizeof(struct nrs_bytes);
	case NRS_FIELD_BOOL:
		return sizeof(bool);
	case NRS_FIELD_UINT32:
	case NRS_FIELD_TERM:
		return sizeof(uint32_t);
	case NRS_FIELD_STRING:
	case NRS_FIELD_INT64:
	case NRS_FIELD_TIME:
	case NRS_FIELD_MESSAGE:
		break;
	}
	return sizeof(int64_t);
}

static void
cover(uint8_t *used, const struct nrs_schema *schema, size_t at, size_t len)
{
	assert_true(at + len <= schema->size);
	for (size_t i = at; i < at + len; i++) {
		if (used[i] != 0)
			fail_msg(
			    "%s: two rows share byte %zu", schema->name, i);
		used[i] = 1;
	}
}

static void
rows_cover_their_struct_without_overlap(void **state)
{
	(void)state;
	for (int type = 0; type < NRS_TYPE_COUNT; type++) {
		const struct nrs_schema *schema =
		    nrs_schema_of((enum nrs_message_type)type);
		uint8_t *used = calloc(1, schema->size);
		size_t gap = 0;

		assert_non_null(used);
		for (size_t i = 0; i < schema->n_fields; i++) {
			const struct nrs_field *row = &schema->fields[i];

			cover(used, schema, row->offset, width(row));
			if (row->many)
				cover(used, schema, row->n_offset,
				    sizeof(size_t));
		}
		/* What no row covers is padding: less than 8 bytes at once. */
		for (size_t i = 0; i < schema->size; i++) {
			gap = used[i] != 0 ? 0 : gap + 1;
			assert_true(gap < 8);
		}
		free(used);
	}
}

static size_t
depth_of(enum nrs_message_type type, size_t above)
{
	const struct nrs_schema *schema = nrs_schema_of(type);
	size_t deepest = above + 1;

	if (above > 8)
		fail_msg("%s contains itself, or is too deep", schema->name);
	for (size_t i = 0; i < schema->n_fields; i++) {
		size_t depth;

		if (schema->fields[i].type != NRS_FIELD_MESSAGE)
			continue;
		depth = depth_of(schema->fields[i].message, above + 1);
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest;
}

static void
no_message_contains_itself(void **state)
{
	(void)state;
	for (int type = 0; type < NRS_TYPE_COUNT; type++)
		assert_true(depth_of((enum nrs_message_type)type, 0) <= 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row_is_its_field_of_the_schema),
	    cmocka_unit_test(rows_cover_their_struct_without_overlap),
	    cmocka_unit_test(no_message_contains_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
