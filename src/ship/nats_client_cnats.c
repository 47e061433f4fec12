/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "nats_client.h"

#include <nats/nats.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "time_units.h"

#define PING_MS 5000		/* a server that answers none of two is lost */
#define WRITE_MS 5000		/* a server that takes nothing for this time is lost */
#define SILENCE_NS 5000000000ll	/* the idle heartbeats of a consumer */

#define IFOK(s, call) ((s) = (s) == NATS_OK ? (call) : (s))

/* The library's threads use both structs: its owner and the last callback hold each of them. */
struct nats_client {
	atomic_int holders;
	atomic_bool retired;	/* the owner does not want to hear of it any more */
	natsConnection *nc;
	jsCtx *js;
	struct nats_callbacks callbacks;
};

struct nats_sub {
	atomic_int holders;
	atomic_bool retired;
	natsSubscription *sub;
	void (*take)(void *arg, const struct nats_message *m);
	void *arg;
	bool of_stream;
};

bool nats_client_is_built_in(void)
{
	return true;
}

/* The library's words for what went wrong in this thread, without what it puts around them. */
static void set_why(char why[NATS_WHY_BYTES], const char *what, natsStatus status)
{
	const char *text = nats_GetLastError(NULL), *end;

	if (text && *text == '(' && (end = strstr(text, "): ")))
		text = end + 3;		/* where in the library */
	if (status == NATS_NO_SERVER)
		text = "no server answers there";
	snprintf(why, NATS_WHY_BYTES, "%s%s%.200s", what, *what ? ": " : "",
		 text && *text ? text : natsStatus_GetText(status));
	why[strcspn(why, "\r\n")] = '\0';
}

static void put_client(struct nats_client *c)
{
	if (atomic_fetch_sub(&c->holders, 1) == 1)
		free(c);
}

/* The last callback of a connection. */
static void report_lost(natsConnection *nc, void *arg)
{
	struct nats_client *c = arg;
	const char *text = NULL;

	natsConnection_GetLastError(nc, &text);
	if (!atomic_load(&c->retired))
		c->callbacks.lost(c->callbacks.arg,
				  text && *text ? text : "the server closed it");
	put_client(c);
}

static void report_error(natsConnection *nc, natsSubscription *sub, natsStatus status, void *arg)
{
	struct nats_client *c = arg;
	const char *text = NULL;

	(void)sub;
	if (atomic_load(&c->retired))
		return;
	if (status == NATS_MISSED_HEARTBEAT || status == NATS_MISMATCH ||
	    status == NATS_SLOW_CONSUMER) {
		if (c->callbacks.stalled)
			c->callbacks.stalled(c->callbacks.arg);
		return;
	}
	natsConnection_GetLastError(nc, &text);
	c->callbacks.refused(c->callbacks.arg,
			     text && *text ? text : natsStatus_GetText(status));
}

/* The library frees both results. */
static natsStatus give_jwt(char **jwt, char **error, void *arg)
{
	const struct nats_login *login = arg;

	(void)error;
	*jwt = strdup(login->jwt);
	return *jwt ? NATS_OK : NATS_NO_MEMORY;
}

static natsStatus give_signature(char **error, unsigned char **signature, int *len,
				 const char *nonce, void *arg)
{
	const struct nats_login *login = arg;

	(void)error;
	return nats_Sign(login->seed, nonce, signature, len);
}

static natsStatus set_identity(natsOptions *o, const struct nats_login *login)
{
	void *arg = (void *)(uintptr_t)login;
	natsStatus s = NATS_OK;

	if (login->jwt)
		s = natsOptions_SetUserCredentialsCallbacks(o, give_jwt, arg, give_signature, arg);
	if (s == NATS_OK && login->user)
		s = natsOptions_SetUserInfo(o, login->user, login->password);
	if (s == NATS_OK && login->token)
		s = natsOptions_SetToken(o, login->token);
	return s;
}

static natsStatus set_tls(natsOptions *o, const struct nats_login *login)
{
	natsStatus s = NATS_OK;

	if (login->url.tls || login->ca || login->cert)
		s = natsOptions_SetSecure(o, true);
	if (s == NATS_OK && login->ca)
		s = natsOptions_SetCATrustedCertificates(o, login->ca);
	if (s == NATS_OK && login->cert)
		s = natsOptions_SetCertificatesChain(o, login->cert,
						     login->key ? login->key : login->cert);
	return s;
}

static natsStatus set_servers(natsOptions *o, const struct nats_login *login)
{
	const char *servers[NATS_URL_SERVERS];

	for (unsigned i = 0; i < login->url.nr; i++)
		servers[i] = login->url.server[i];
	return natsOptions_SetServers(o, servers, (int)login->url.nr);
}

static natsStatus set_options(natsOptions *o, const struct nats_login *login, const char *name,
			      const char *inbox, struct nats_client *c)
{
	natsStatus s = set_servers(o, login);

	IFOK(s, natsOptions_SetName(o, name));
	IFOK(s, natsOptions_SetTimeout(o, NATS_CONNECT_MS));
	IFOK(s, natsOptions_SetAllowReconnect(o, false));
	IFOK(s, natsOptions_SetPingInterval(o, PING_MS));
	IFOK(s, natsOptions_SetMaxPingsOut(o, 2));
	IFOK(s, natsOptions_SetWriteDeadline(o, WRITE_MS));
	IFOK(s, natsOptions_SetCustomInboxPrefix(o, inbox));
	IFOK(s, natsOptions_SetClosedCB(o, report_lost, c));
	IFOK(s, natsOptions_SetErrorHandler(o, report_error, c));
	IFOK(s, set_identity(o, login));
	IFOK(s, set_tls(o, login));
	return s;
}

struct nats_client *nats_connect(const struct nats_login *login, const char *name,
				 const char *inbox, const struct nats_callbacks *callbacks,
				 char why[NATS_WHY_BYTES])
{
	struct nats_client *c = calloc(1, sizeof(*c));
	natsOptions *o = NULL;
	natsStatus s = c ? natsOptions_Create(&o) : NATS_NO_MEMORY;
	jsOptions js;

	if (s == NATS_OK) {
		c->callbacks = *callbacks;
		s = set_options(o, login, name, inbox, c);
	}
	IFOK(s, natsConnection_Connect(&c->nc, o));
	if (s == NATS_OK)
		atomic_store(&c->holders, 2);
	IFOK(s, jsOptions_Init(&js));
	js.Wait = NATS_REQUEST_MS;
	IFOK(s, natsConnection_JetStream(&c->js, c->nc, &js));
	natsOptions_Destroy(o);
	if (s == NATS_OK)
		return c;
	set_why(why, "", s);
	if (c && c->nc)
		nats_disconnect(c);
	else
		free(c);
	return NULL;
}

void nats_disconnect(struct nats_client *c)
{
	if (!c)
		return;
	atomic_store(&c->retired, true);
	jsCtx_Destroy(c->js);
	natsConnection_Destroy(c->nc);
	put_client(c);
}

uint64_t nats_max_payload(struct nats_client *c)
{
	int64_t max = natsConnection_GetMaxPayload(c->nc);

	return max > 0 ? (uint64_t)max : UINT64_MAX;
}

bool nats_publish(struct nats_client *c, const struct nats_outgoing *m, char why[NATS_WHY_BYTES])
{
	natsMsg *msg = NULL;
	natsStatus s = natsMsg_Create(&msg, m->subject, m->reply, m->bytes, (int)m->size);

	if (m->id)
		IFOK(s, natsMsgHeader_Set(msg, "Nats-Msg-Id", m->id));
	if (m->stream)
		IFOK(s, natsMsgHeader_Set(msg, "Nats-Expected-Stream", m->stream));
	IFOK(s, natsConnection_PublishMsg(c->nc, msg));
	if (s != NATS_OK)
		set_why(why, "", s);
	natsMsg_Destroy(msg);
	return s == NATS_OK;
}

static void put_sub(void *arg)
{
	struct nats_sub *sub = arg;

	if (atomic_fetch_sub(&sub->holders, 1) == 1)
		free(sub);
}

static void take_message(natsConnection *nc, natsSubscription *nsub, natsMsg *msg, void *arg)
{
	struct nats_sub *sub = arg;
	struct nats_message m = { .subject = natsMsg_GetSubject(msg), .data = natsMsg_GetData(msg),
				  .size = (size_t)natsMsg_GetDataLength(msg),
				  .no_responders = natsMsg_IsNoResponders(msg) };
	jsMsgMetaData *meta = NULL;

	(void)nc;
	(void)nsub;
	if (sub->of_stream && natsMsg_GetMetaData(&meta, msg) == NATS_OK) {
		m.stream_seq = meta->Sequence.Stream;
		m.pending = meta->NumPending;
		m.broker_ns = (uint64_t)meta->Timestamp;
	}
	if (!atomic_load(&sub->retired) && (meta || !sub->of_stream))
		sub->take(sub->arg, &m);
	jsMsgMetaData_Destroy(meta);
	natsMsg_Destroy(msg);
}

static struct nats_sub *new_sub(void (*take)(void *arg, const struct nats_message *m), void *arg)
{
	struct nats_sub *sub = calloc(1, sizeof(*sub));

	if (!sub)
		return NULL;
	atomic_store(&sub->holders, 2);
	sub->take = take;
	sub->arg = arg;
	return sub;
}

/* If it worked, the library calls put_sub() after the last message. */
static struct nats_sub *finish_sub(struct nats_sub *sub, natsStatus s, char why[NATS_WHY_BYTES])
{
	IFOK(s, natsSubscription_SetPendingLimits(sub->sub, -1, -1));
	IFOK(s, natsSubscription_SetOnCompleteCB(sub->sub, put_sub, sub));
	if (s == NATS_OK)
		return sub;
	set_why(why, "", s);
	if (sub && sub->sub)
		natsSubscription_Destroy(sub->sub);	/* sub is not freed: it may be in use */
	else
		free(sub);
	return NULL;
}

/* The server reports a refusal before it answers the next question. */
static bool may_subscribe(struct nats_client *c, char why[NATS_WHY_BYTES])
{
	natsStatus s = natsConnection_FlushTimeout(c->nc, NATS_REQUEST_MS);
	const char *text = NULL;

	if (s != NATS_OK) {
		set_why(why, "", s);
		return false;
	}
	if (natsConnection_GetLastError(c->nc, &text) != NATS_NOT_PERMITTED)
		return true;
	snprintf(why, NATS_WHY_BYTES, "%s", text);
	return false;
}

struct nats_sub *nats_subscribe(struct nats_client *c, const char *subject,
				void (*take)(void *arg, const struct nats_message *m), void *arg,
				char why[NATS_WHY_BYTES])
{
	struct nats_sub *sub = new_sub(take, arg);
	natsStatus s = sub ? NATS_OK : NATS_NO_MEMORY;

	IFOK(s, natsConnection_Subscribe(&sub->sub, c->nc, subject, take_message, sub));
	sub = finish_sub(sub, s, why);
	if (!sub || may_subscribe(c, why))
		return sub;
	nats_unsubscribe(sub);
	return NULL;
}

void nats_unsubscribe(struct nats_sub *sub)
{
	if (!sub)
		return;
	atomic_store(&sub->retired, true);
	natsSubscription_Unsubscribe(sub->sub);
	natsSubscription_Destroy(sub->sub);
	put_sub(sub);
}

static void set_start(jsConsumerConfig *config, const struct nats_consumption *what)
{
	if (what->last_per_subject) {
		config->DeliverPolicy = js_DeliverLastPerSubject;
	} else if (what->from_seq) {
		config->DeliverPolicy = js_DeliverByStartSequence;
		config->OptStartSeq = what->from_seq;
	} else if (what->from_ns) {
		config->DeliverPolicy = js_DeliverByStartTime;
		/* nats_EncodeTimeUTC() of cnats writes .073 s as .73: whole seconds only. */
		config->OptStartTime = (int64_t)(what->from_ns - what->from_ns % NS_PER_S);
	} else {
		config->DeliverPolicy = js_DeliverAll;
	}
}

/* What the consumer had to deliver when it was made. */
static natsStatus count_pending(struct nats_sub *sub, uint64_t *pending)
{
	jsConsumerInfo *info = NULL;
	natsStatus s = natsSubscription_GetConsumerInfo(&info, sub->sub, NULL, NULL);

	if (s == NATS_OK)
		*pending = info->NumPending + info->Delivered.Consumer;
	jsConsumerInfo_Destroy(info);
	return s;
}

struct nats_sub *nats_consume(struct nats_client *c, const struct nats_consumption *what,
			      uint64_t *pending, char why[NATS_WHY_BYTES])
{
	struct nats_sub *sub = new_sub(what->take, what->arg);
	natsStatus s = sub ? NATS_OK : NATS_NO_MEMORY;
	jsSubOptions options;

	IFOK(s, jsSubOptions_Init(&options));
	if (s == NATS_OK) {
		sub->of_stream = true;
		options.Stream = what->stream;
		options.Ordered = true;
		options.Config.Heartbeat = SILENCE_NS;
		set_start(&options.Config, what);
		s = js_Subscribe(&sub->sub, c->js, what->filter, take_message, sub, NULL, &options,
				 NULL);
	}
	IFOK(s, count_pending(sub, pending));
	return finish_sub(sub, s, why);
}

static void copy_peers(struct nats_stream *to, const jsClusterInfo *from)
{
	snprintf(to->leader, sizeof(to->leader), "%s", from->Leader ? from->Leader : "");
	for (int i = 0; i < from->ReplicasLen && i < NATS_STREAM_PEERS; i++) {
		const jsPeerInfo *p = from->Replicas[i];

		snprintf(to->peer[i].name, sizeof(to->peer[i].name), "%s", p->Name);
		to->peer[i].current = p->Current;
		to->peer[i].offline = p->Offline;
		to->peer[i].lag = p->Lag;
		to->peers++;
	}
}

static void copy_stream(struct nats_stream *to, const jsStreamInfo *from)
{
	const jsStreamConfig *c = from->Config;

	*to = (struct nats_stream){
		.subjects = (unsigned)c->SubjectsLen, .in_memory = c->Storage == js_MemoryStorage,
		.discards_new = c->Discard == js_DiscardNew, .max_age_ns = c->MaxAge,
		.max_bytes = c->MaxBytes, .max_per_subject = c->MaxMsgsPerSubject,
		.duplicates_ns = c->Duplicates, .replicas = (int)c->Replicas,
		.messages = from->State.Msgs, .bytes = from->State.Bytes,
		.first_seq = from->State.FirstSeq, .last_seq = from->State.LastSeq,
	};
	snprintf(to->name, sizeof(to->name), "%s", c->Name);
	snprintf(to->subject, sizeof(to->subject), "%s", c->SubjectsLen ? c->Subjects[0] : "");
	if (from->State.Msgs) {
		to->first_ns = (uint64_t)from->State.FirstTime;
		to->last_ns = (uint64_t)from->State.LastTime;
	}
	if (from->Cluster)
		copy_peers(to, from->Cluster);
}

static enum nats_stream_error explain(natsStatus s, jsErrCode code, char why[NATS_WHY_BYTES])
{
	if (s == NATS_OK)
		return NATS_STREAM_FINE;
	set_why(why, "", s);
	if (code == JSStreamNotFoundErr)
		return NATS_STREAM_MISSING;
	if (code == JSStreamReplicasNotSupportedErr)
		return NATS_STREAM_NO_REPLICAS;
	/* of a cluster: "no suitable peers for placement, insufficient storage" */
	return code == JSStorageResourcesExceededErr || code == JSInsufficientResourcesErr ||
	       (code == JSClusterNoPeersErr && strstr(why, "storage")) ?
		NATS_STREAM_NO_ROOM : NATS_STREAM_FAILED;
}

enum nats_stream_error nats_stream_info(struct nats_client *c, const char *name,
					struct nats_stream *stream, char why[NATS_WHY_BYTES])
{
	jsStreamInfo *info = NULL;
	jsErrCode code = 0;
	natsStatus s = js_GetStreamInfo(&info, c->js, name, NULL, &code);

	if (s == NATS_OK)
		copy_stream(stream, info);
	jsStreamInfo_Destroy(info);
	return explain(s, code, why);
}

enum nats_stream_error nats_stream_make(struct nats_client *c, const struct nats_stream *stream,
					bool exists, char why[NATS_WHY_BYTES])
{
	const char *subject = stream->subject;
	jsErrCode code = 0;
	jsStreamConfig config;
	natsStatus s = jsStreamConfig_Init(&config);

	config.Name = stream->name;
	config.Subjects = &subject;
	config.SubjectsLen = 1;
	config.Storage = stream->in_memory ? js_MemoryStorage : js_FileStorage;
	config.Discard = js_DiscardOld;
	config.MaxAge = stream->max_age_ns;
	config.MaxBytes = stream->max_bytes > 0 ? stream->max_bytes : -1;
	config.MaxMsgsPerSubject = stream->max_per_subject;
	config.Duplicates = stream->duplicates_ns;
	config.Replicas = stream->replicas;
	config.AllowDirect = true;
	IFOK(s, exists ? js_UpdateStream(NULL, c->js, &config, NULL, &code) :
			 js_AddStream(NULL, c->js, &config, NULL, &code));
	return explain(s, code, why);
}

bool nats_store(struct nats_client *c, const char *subject, const void *bytes, size_t size,
		char why[NATS_WHY_BYTES])
{
	natsStatus s = js_Publish(NULL, c->js, subject, bytes, (int)size, NULL, NULL);

	if (s != NATS_OK)
		set_why(why, "", s);
	return s == NATS_OK;
}

int nats_last(struct nats_client *c, const char *stream, const char *subject,
	      struct nats_last *last, char why[NATS_WHY_BYTES])
{
	jsDirectGetMsgOptions options;
	const char *id = NULL;
	natsMsg *msg = NULL;
	natsStatus s = jsDirectGetMsgOptions_Init(&options);

	options.LastBySubject = subject;
	IFOK(s, js_DirectGetMsg(&msg, c->js, stream, NULL, &options));
	if (s == NATS_OK) {
		natsMsgHeader_Get(msg, "Nats-Msg-Id", &id);
		snprintf(last->id, sizeof(last->id), "%s", id ? id : "");
		last->len = (size_t)natsMsg_GetDataLength(msg);
		if (last->len > sizeof(last->text))
			last->len = sizeof(last->text);
		memcpy(last->text, natsMsg_GetData(msg), last->len);
	} else {
		set_why(why, "", s);
	}
	natsMsg_Destroy(msg);
	return s == NATS_OK ? 1 : s == NATS_NOT_FOUND ? 0 : -1;
}
