/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view doctor as JSON: an object per finding, then the summary. json.c prints the meta line.
 */
#include <string.h>

#include "json_fields.h"

static void json_kv_text_or_null(struct json *j, const char *key, const char *text)
{
	if (!json_key(j, key))
		return;
	if (text && *text)
		json_bytes(j, text, strlen(text));
	else
		json_null(j);
}

static const char *cost_source_name(enum cost_source from)
{
	return from == COST_BENCHMARK ? "benchmark" : from == COST_MEASURED ? "here" : NULL;
}

static void json_print_finding(struct view_context *v, const struct finding *f)
{
	struct json j;

	json_line_begin(v, &j, "doctor");
	json_kv_str(&j, "group", diagnosis_group_name(f->group));
	json_kv_str(&j, "name", f->name);
	json_kv_str(&j, "status", diagnosis_level_name(f->level));
	json_kv_text_or_null(&j, "value", f->value);
	json_kv_text_or_null(&j, "about", f->about);
	json_kv_text_or_null(&j, "without", f->impact);
	json_kv_text_or_null(&j, "cost", f->cost);
	json_kv_str(&j, "cost_source", cost_source_name(f->cost_source));
	json_kv_text_or_null(&j, "mend", f->fix);
	json_line_end(v, &j);
}

void json_print_doctor(struct view_context *v, const struct diagnosis *h)
{
	struct json j;

	for (unsigned i = 0; i < h->nr; i++)
		json_print_finding(v, &h->finding[i]);
	json_line_begin(v, &j, "summary");
	json_kv_bool(&j, "can_trace", h->can_trace);
	json_kv_text_or_null(&j, "why", h->why_not);
	for (enum diagnosis_level l = DIAGNOSIS_OK; l <= DIAGNOSIS_UNKNOWN; l++)
		json_kv_u64(&j, diagnosis_level_name(l), diagnosis_count(h, l));
	json_line_end(v, &j);
}
