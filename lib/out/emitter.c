#include "lib/out/emitter.h"

static const struct emitter *const emitters[] = {
	&emitter_text,
	&emitter_json,
	&emitter_sarif,
	&emitter_github,
};

const char *const emitter_choices[] = {"text", "json", "sarif", "github", NULL};

const struct emitter *emitter_at(size_t index)
{
	return index < sizeof(emitters) / sizeof(emitters[0]) ? emitters[index] : NULL;
}

const char *const severity_choices[] = {"note", "warning", "error", NULL};

const char *severity_name(enum severity severity)
{
	return severity_choices[severity];
}
