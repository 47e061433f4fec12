/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * JSON of the view doctor: an object per finding, then the verdict. The meta line comes from
 * sink_json.c.
 */
#include <string.h>

#include "json_fields.h"

static void kv_text(struct json *j, const char *key, const char *text)
{
	if (text && *text)
		json_kv_bytes(j, key, text, strlen(text));
	else
		json_kv_null(j, key);
}

static const char *source_name(enum health_source from)
{
	return from == HEALTH_BENCH ? "benchmark" : from == HEALTH_HERE ? "here" : NULL;
}

static void finding(struct view *v, const struct finding *f)
{
	struct json j;

	line_begin(v, &j, "doctor");
	json_kv_str(&j, "group", health_group_name(f->group));
	json_kv_str(&j, "name", f->name);
	json_kv_str(&j, "status", health_level_name(f->level));
	kv_text(&j, "value", f->value);
	kv_text(&j, "about", f->about);
	kv_text(&j, "without", f->without);
	kv_text(&j, "cost", f->cost);
	json_kv_str(&j, "cost_source", source_name(f->cost_from));
	kv_text(&j, "mend", f->mend);
	line_end(v, &j);
}

void json_doctor(struct view *v, const struct health *h)
{
	struct json j;

	for (unsigned i = 0; i < h->nr; i++)
		finding(v, &h->finding[i]);
	line_begin(v, &j, "summary");
	json_kv_bool(&j, "can_trace", h->can_trace);
	kv_text(&j, "why", h->why_not);
	for (enum health_level l = HEALTH_OK; l <= HEALTH_UNKNOWN; l++)
		json_kv_u64(&j, health_level_name(l), health_count(h, l));
	line_end(v, &j);
}
