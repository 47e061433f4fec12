/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table of the metrics that the view serve exports. The output and the manual read it. Names
 * and labels are public: they are only added, never renamed.
 *
 * The name is that of the family: the samples of a counter have _total after it, those of an info
 * _info. A unit is the end of the name.
 */
#pragma once

/* X(id, type, name, unit, labels, help): the labels are separated by commas. */
#define METRICS(X)                                                                                 \
	X(CLOSES, COUNTER, "tcpclose_closes", "", "initiator,ending,reason,call",                  \
	  "Connections that ended, by who began it, how, why, and the call that ended this side.") \
	X(CLOSES_BY_COMM, COUNTER, "tcpclose_closes_by_comm", "", "comm,class",                    \
	  "Connections that ended, by process name and class of the ending (--by-comm).")          \
	X(PHASE, HISTOGRAM, "tcpclose_phase_seconds", "seconds", "phase",                          \
	  "Duration of each phase of the closes; a cut phase counts with the time it had lasted.") \
	X(PHASE_CUT, COUNTER, "tcpclose_phase_cut", "", "phase",                                   \
	  "Phases that no wave ended: a reset, a timeout or the end of a minisock cut them.")      \
	X(BLAME, COUNTER, "tcpclose_blame", "", "blame",                                           \
	  "Connections that ended, by where most of the time of the close went.")                  \
	X(SOCKETS, GAUGE, "tcpclose_sockets", "", "state",                                         \
	  "Half-closed and closing sockets that the last walk found, by TCP state.")               \
	X(OLDEST, GAUGE, "tcpclose_oldest_socket_age_seconds", "seconds", "state",                 \
	  "Age of the oldest of these sockets in its state, at least; absent if unknown.")         \
	X(STUCK, GAUGE, "tcpclose_stuck_sockets", "", "advice",                                    \
	  "The sockets that the last walk found, by the advice of the view stuck.")                \
	X(PORTS, GAUGE, "tcpclose_ephemeral_ports_ratio", "ratio", "",                             \
	  "Largest share of the ephemeral ports that sockets to one destination use.")             \
	X(WALK, GAUGE, "tcpclose_walk_seconds", "seconds", "",                                     \
	  "Duration of the last walk over the sockets.")                                           \
	X(WALK_COMPLETE, GAUGE, "tcpclose_walk_complete", "", "",                                  \
	  "1 if the last walk found all sockets, 0 if it was stopped or had no room.")             \
	X(WALK_TIME, GAUGE, "tcpclose_walk_timestamp_seconds", "seconds", "",                      \
	  "When the last walk over the sockets ended, in seconds since 1970.")                     \
	X(ENDPOINTS_OPEN, GAUGE, "tcpclose_endpoints_open", "", "",                                \
	  "Endpoints that were seen and whose end was not.")                                       \
	X(ENDPOINTS, COUNTER, "tcpclose_endpoints", "", "result",                                  \
	  "Endpoints that were seen, by what became of them: told, filtered or lost.")             \
	X(LOST_EVENTS, COUNTER, "tcpclose_lost_events", "", "cause",                               \
	  "Events of the kernel side that were lost, by cause.")                                   \
	X(LABEL_OVERFLOW, COUNTER, "tcpclose_label_overflow", "", "label",                         \
	  "Connections counted with the value other, because the label has too many values.")      \
	X(SPOOL_EVENTS, GAUGE, "tcpclose_spool_events", "", "",                                    \
	  "Events that wait to be sent to the stream (absent without --record nats://HOST/).")     \
	X(SPOOL_BYTES, GAUGE, "tcpclose_spool_bytes", "bytes", "",                                 \
	  "Bytes of the segments that wait.")                                                      \
	X(SPOOL_SENT, COUNTER, "tcpclose_spool_sent_events", "", "",                               \
	  "Events that the stream has acknowledged.")                                              \
	X(SPOOL_DROPPED, COUNTER, "tcpclose_spool_dropped_events", "", "cause",                    \
	  "Events that will not reach the stream: spool_full, rejected or damaged.")               \
	X(SPOOL_UP, GAUGE, "tcpclose_spool_up", "", "",                                            \
	  "1 if the stream is connected, 0 if not.")                                               \
	X(BPF_RUN, COUNTER, "tcpclose_bpf_run_seconds", "seconds", "program",                      \
	  "Time in each BPF program (absent unless kernel.bpf_stats_enabled is 1).")               \
	X(BPF_RUNS, COUNTER, "tcpclose_bpf_runs", "", "program",                                   \
	  "Runs of each BPF program (absent unless kernel.bpf_stats_enabled is 1).")               \
	X(PROCESS_CPU, COUNTER, "tcpclose_process_cpu_seconds", "seconds", "",                     \
	  "User and system CPU time of tcpclose, its walks included.")                             \
	X(PROCESS_RESIDENT, GAUGE, "tcpclose_process_resident_memory_bytes", "bytes", "",          \
	  "Resident memory of tcpclose.")                                                          \
	X(PROCESS_VIRTUAL, GAUGE, "tcpclose_process_virtual_memory_bytes", "bytes", "",            \
	  "Virtual memory of tcpclose.")                                                           \
	X(PROCESS_FDS, GAUGE, "tcpclose_process_open_fds", "", "",                                 \
	  "Open file descriptors of tcpclose.")                                                    \
	X(PROCESS_MAX_FDS, GAUGE, "tcpclose_process_max_fds", "", "",                              \
	  "Limit of the open file descriptors.")                                                   \
	X(PROCESS_START, GAUGE, "tcpclose_process_start_time_seconds", "seconds", "",              \
	  "When tcpclose was started, in seconds since 1970.")                                     \
	X(BUILD, INFO, "tcpclose_build", "", "version",                                            \
	  "The version of tcpclose.")

#define X_METRIC(id, type, name, unit, labels, help) METRIC_##id,
enum metric_id { METRICS(X_METRIC) METRIC_COUNT };
#undef X_METRIC

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM, METRIC_INFO };

#define METRIC_LABELS 4

struct metric {
	const char *name;
	const char *unit;		/* "" none */
	const char *labels;		/* separated by commas, at most METRIC_LABELS; "" none */
	const char *help;
	enum metric_type type;
};

/* The metric with that id, NULL past the last. */
const struct metric *metric_at(unsigned id);

/* What the samples of a metric have after its name: "_total". */
const char *metric_suffix(const struct metric *m);
