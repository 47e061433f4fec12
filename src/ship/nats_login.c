/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "nats_login.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Secrets leave the memory with the login. */
static void free_secret(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

void nats_login_free(struct nats_login *login)
{
	if (!login)
		return;
	free(login->host);
	free_secret(login->jwt);
	free_secret(login->seed);
	free(login->ca);
	free(login->cert);
	free_secret(login->key);
	free(login->user);
	free_secret(login->password);
	free_secret(login->token);
	free(login);
}

static bool copy_text(char **to, const char *text)
{
	*to = text && *text ? strdup(text) : NULL;
	return *to || !text || !*text;
}

/* Read a text file, which may be a pipe: a shell's <(command). */
static char *read_text(const char *path, char why[NATS_WHY_BYTES])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = malloc(NATS_LOGIN_FILE_BYTES);
	size_t len = 0;
	ssize_t n = -1;

	while (fd >= 0 && text && len < NATS_LOGIN_FILE_BYTES - 1 &&
	       (n = read(fd, text + len, NATS_LOGIN_FILE_BYTES - 1 - len)) > 0)
		len += (size_t)n;
	if (n == 0 && len > 0 && !memchr(text, 0, len)) {
		text[len] = '\0';
		close(fd);
		return text;
	}
	snprintf(why, NATS_WHY_BYTES, "cannot read '%.150s': %s", path,
		 fd < 0 || (n < 0 && text) ? strerror(errno) : len ? "not a text, or too long" :
		 "it is empty");
	if (fd >= 0)
		close(fd);
	free(text);
	return NULL;
}

static bool read_file(char **to, const char *path, char why[NATS_WHY_BYTES])
{
	*to = path ? read_text(path, why) : NULL;
	return *to || !path;
}

/* The line behind the one with this title: "-----BEGIN NATS USER JWT-----" */
static char *copy_block(const char *text, const char *title)
{
	const char *at = strstr(text, title);
	size_t len;

	at = at ? strchr(at, '\n') : NULL;
	if (!at)
		return NULL;
	at += strspn(at, " \t\r\n");
	len = strcspn(at, " \t\r\n");
	return len ? strndup(at, len) : NULL;
}

static bool read_credentials(struct nats_login *login, const char *path, char why[NATS_WHY_BYTES])
{
	char *text;

	if (!path)
		return true;
	text = read_text(path, why);
	if (!text)
		return false;
	login->jwt = copy_block(text, "BEGIN NATS USER JWT");
	login->seed = copy_block(text, "BEGIN USER NKEY SEED");
	free_secret(text);
	if (login->jwt && login->seed)
		return true;
	snprintf(why, NATS_WHY_BYTES, "'%.150s' is not a file of NATS credentials", path);
	return false;
}

struct nats_login *nats_login_read(const struct transport_config *config,
				   char why[NATS_WHY_BYTES])
{
	struct nats_login *login = calloc(1, sizeof(*login));
	const char *wrong;

	if (!login) {
		snprintf(why, NATS_WHY_BYTES, "no memory");
		return NULL;
	}
	if (!nats_url_parse(config->url, &login->url, &wrong)) {
		snprintf(why, NATS_WHY_BYTES, "bad address '%.100s': %s", config->url, wrong);
		goto fail;
	}
	if (!read_credentials(login, config->credentials, why) ||
	    !read_file(&login->ca, config->ca, why) ||
	    !read_file(&login->cert, config->cert, why) ||
	    !read_file(&login->key, config->key, why))
		goto fail;
	if (copy_text(&login->host, config->host) && copy_text(&login->user, config->user) &&
	    copy_text(&login->password, config->password) &&
	    copy_text(&login->token, config->token))
		return login;
	snprintf(why, NATS_WHY_BYTES, "no memory");
fail:
	nats_login_free(login);
	return NULL;
}
