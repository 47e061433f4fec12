/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The public words of the output (JSON values): for each enum a table of its words. Pure.
 *
 * A name function never returns NULL: a value out of range is "?".
 */
#pragma once

#include <stdint.h>

#include "event.h"

#define INITIATORS(X)                                                                              \
	X(UNKNOWN, "unknown")	/* not seen; never guessed */                                      \
	X(LOCAL, "local")                                                                          \
	X(PEER, "peer")                                                                            \
	X(BOTH, "both")		/* simultaneous */                                                 \
	X(NONE, "none")		/* no side closed: timeouts */

#define CLASSES(X)                                                                                 \
	X(CLEAN, "clean")                                                                          \
	X(RESET, "reset")                                                                          \
	X(TIMEOUT, "timeout")                                                                      \
	X(ABORTED, "aborted")                                                                      \
	X(FAILED, "failed")                                                                        \
	X(OPEN, "open")

/* X(id, word, class) */
#define ENDINGS(X)                                                                                 \
	X(FOUR_WAY, "four-way", CLEAN)                                                             \
	X(THREE_WAY, "three-way", CLEAN)                                                           \
	X(SIMULTANEOUS, "simultaneous", CLEAN)                                                     \
	X(TWO_WAY, "two-way", CLEAN)	/* a socket connected to itself */                         \
	X(RESET_SENT, "reset-sent", RESET)                                                         \
	X(RESET_RECEIVED, "reset-received", RESET)                                                 \
	X(TIMED_OUT, "timed-out", TIMEOUT)                                                         \
	X(ABORTED, "aborted", ABORTED)                                                             \
	X(NEVER_OPEN, "never-open", FAILED)                                                        \
	X(OPEN, "open", OPEN)

#define REASONS(X)                                                                                 \
	X(NONE, "")                                                                                \
	X(UNREAD_DATA, "unread-data")                                                              \
	X(LINGER_ZERO, "linger-zero")                                                              \
	X(LINGER2, "linger2")                                                                      \
	X(DATA_AFTER_CLOSE, "data-after-close")                                                    \
	X(DISCONNECT, "disconnect")                                                                \
	X(NOT_ACCEPTED, "not-accepted")                                                            \
	X(DESTROYED, "destroyed")                                                                  \
	X(NO_MEMORY, "no-memory")                                                                  \
	X(KEEPALIVE, "keepalive")                                                                  \
	X(USER_TIMEOUT, "user-timeout")                                                            \
	X(BAD_SEGMENT, "bad-segment")                                                              \
	X(OTHER, "other")                                                                          \
	X(ESTABLISHED, "established")                                                              \
	X(HALF_CLOSED, "half-closed")                                                              \
	X(CLOSING, "closing")                                                                      \
	X(AFTER_CLOSE, "after-close")                                                              \
	X(FIN_WAIT_1, "fin-wait-1")                                                                \
	X(FIN_WAIT_2, "fin-wait-2")                                                                \
	X(LAST_ACK, "last-ack")                                                                    \
	X(RETRANSMISSION, "retransmission")                                                        \
	X(ZERO_WINDOW, "zero-window")                                                              \
	X(REPAIR, "repair")                                                                        \
	X(NETNS_GONE, "netns-gone")                                                                \
	X(TIME_WAIT_OVERFLOW, "time-wait-overflow")                                                \
	X(REFUSED, "refused")	/* the reasons of never-open from here on, and OTHER */            \
	X(TIMED_OUT, "timed-out")                                                                  \
	X(UNREACHABLE, "unreachable")                                                              \
	X(NO_PORT, "no-port")                                                                      \
	X(CLOSED, "closed")

/* trigger.call */
#define TRIGGERS(X)                                                                                \
	X(NONE, "none")                                                                            \
	X(CLOSE, "close")                                                                          \
	X(SHUTDOWN, "shutdown")                                                                    \
	X(CLOSE_RANGE, "close_range")                                                              \
	X(DUP2, "dup2")                                                                            \
	X(DUP3, "dup3")                                                                            \
	X(EXECVE, "execve")                                                                        \
	X(EXIT, "exit")                                                                            \
	X(SIGNAL, "signal")                                                                        \
	X(IO_URING_CLOSE, "io_uring_close")                                                        \
	X(IO_URING_SHUTDOWN, "io_uring_shutdown")                                                  \
	X(CONNECT, "connect")                                                                      \
	X(SOCK_DESTROY, "sock_destroy")                                                            \
	X(MUNMAP, "munmap")                                                                        \
	X(UNIX_GC, "unix_gc")                                                                      \
	X(KERNEL, "kernel")                                                                        \
	X(TIMER, "timer")                                                                          \
	X(SYSCALL, "syscall")	/* another system call: its name is reported instead */

#define BLAMES(X)                                                                                  \
	X(NONE, "none")                                                                            \
	X(NETWORK, "network")                                                                      \
	X(PEER_APP, "peer-app")                                                                    \
	X(LOCAL_APP, "local-app")                                                                  \
	X(SEND_QUEUE, "send-queue")                                                                \
	X(LOST_FIN, "lost-fin")                                                                    \
	X(DELAYED_ACK, "delayed-ack")	/* the peer's kernel held the ACK back */

#define EFFECTS(X)                                                                                 \
	X(NONE, "none")		/* nothing left the host */                                        \
	X(FIN, "fin")		/* queued our FIN: the trigger */                                  \
	X(RESET, "reset")	/* ended the connection by a RST */                                \
	X(RELEASED, "released")	/* closed the last descriptor after our FIN was sent */

#define PHASES(X)                                                                                  \
	X(FIN_QUEUED, "fin_queued")                                                                \
	X(ACK_WAIT, "ack_wait")                                                                    \
	X(PEER_HOLD, "peer_hold")                                                                  \
	X(APP_HOLD, "app_hold")                                                                    \
	X(LAST_ACK_WAIT, "last_ack_wait")                                                          \
	X(TOTAL, "total")

/* Why only one end of a connection is known. */
#define ONE_SIDED(X)                                                                               \
	X(NONE, "")		/* both are */                                                     \
	X(NOT_FOUND, "not-found")	/* nothing is known of the other end */                    \
	X(PEER_LOST, "peer-lost")	/* its host has it, but missed how it ended */             \
	X(OPEN, "open")		/* its host has it, and it had not ended when the run did */       \
	/* Of a fleet: */                                                                          \
	X(PEER_NOT_TRACED, "peer-not-traced")	/* no host that is traced has its address */       \
	X(PEER_SILENT, "peer-silent")	/* nothing was heard of its host for 30 s */               \
	X(SAMPLED_OUT, "sampled-out")	/* its host left it out: --max-rate */                     \
	X(LATE, "late")		/* this end came after the other one was reported alone */

/* Whose act ended a connection, or whose the delay is. */
#define SIDES(X)                                                                                   \
	X(UNKNOWN, "unknown")                                                                      \
	X(CLIENT, "client")                                                                        \
	X(SERVER, "server")                                                                        \
	X(BOTH, "both")                                                                            \
	X(NEITHER, "none")                                                                         \
	X(MIDDLEBOX, "middlebox")	/* something between the two: the RST came from neither */

/* Where the time of a connection's close went: as BLAMES, without a point of view. */
#define CAUSES(X)                                                                                  \
	X(NONE, "none")                                                                            \
	X(NETWORK, "network")                                                                      \
	X(APP, "app")		/* the program of that side held the connection open */            \
	X(SEND_QUEUE, "send-queue")                                                                \
	X(LOST_FIN, "lost-fin")                                                                    \
	X(DELAYED_ACK, "delayed-ack")

/* Facts that the two ends of a connection report differently. */
#define DISAGREEMENTS(X)                                                                           \
	X(FIN_SEQ, "fin-seq")	/* the sequence number of a FIN, when sent and when received */    \
	X(INITIATOR, "initiator")                                                                  \
	X(ENDING, "ending")	/* its class */

#define X_INITIATOR(id, word) INITIATOR_##id,
#define X_CLASS(id, word) CLASS_##id,
#define X_ENDING(id, word, class) ENDING_##id,
#define X_REASON(id, word) REASON_##id,
#define X_TRIGGER(id, word) TRIGGER_##id,
#define X_BLAME(id, word) BLAME_##id,
#define X_EFFECT(id, word) EFFECT_##id,
#define X_PHASE(id, word) PHASE_##id,
#define X_ONE_SIDED(id, word) ONE_SIDED_##id,
#define X_SIDE(id, word) SIDE_##id,
#define X_CAUSE(id, word) CAUSE_##id,
#define X_DISAGREEMENT(id, word) DISAGREEMENT_##id,
enum initiator { INITIATORS(X_INITIATOR) INITIATOR_COUNT };
enum class { CLASSES(X_CLASS) CLASS_COUNT };
enum ending { ENDINGS(X_ENDING) ENDING_COUNT };
enum reason { REASONS(X_REASON) REASON_COUNT };
enum trigger { TRIGGERS(X_TRIGGER) TRIGGER_COUNT };
enum blame { BLAMES(X_BLAME) BLAME_COUNT };
enum effect { EFFECTS(X_EFFECT) EFFECT_COUNT };
enum phase { PHASES(X_PHASE) PHASE_COUNT };
enum one_sided { ONE_SIDED(X_ONE_SIDED) ONE_SIDED_COUNT };
enum connection_side { SIDES(X_SIDE) SIDE_COUNT };
enum cause { CAUSES(X_CAUSE) CAUSE_COUNT };
enum disagreement { DISAGREEMENTS(X_DISAGREEMENT) DISAGREEMENT_COUNT };

const char *initiator_name(unsigned v);
const char *class_name(unsigned v);
const char *ending_name(unsigned v);
const char *reason_name(unsigned v);	/* "" for none */
const char *trigger_name(unsigned v);
const char *blame_name(unsigned v);
const char *effect_name(unsigned v);
const char *phase_name(unsigned v);
const char *one_sided_name(unsigned v);	/* "" for none */
const char *connection_side_name(unsigned v);
const char *cause_name(unsigned v);
const char *disagreement_name(unsigned v);
const char *state_name(unsigned v);	/* the kernel's TCP states: "FIN_WAIT1" */
const char *event_kind_name(unsigned v);
const char *shut_how_name(int how);		/* "SHUT_RD", "SHUT_WR", "SHUT_RDWR", else "?" */

/* The class that an ending belongs to. */
enum class ending_class(unsigned ending);

/* The value that a word stands for, or -1. */
int initiator_of(const char *word);
int class_of(const char *word);
int ending_of(const char *word);
int trigger_of(const char *word);	/* without "none" and "syscall" */

