/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "manual.h"

const char trace_manual[] =
	"One line per endpoint whose connection ended, as it ends.\n"
	"\n"
	"  PID COMM      whose call ended this end; where none did, who touched it last\n"
	"  LOCAL REMOTE  this socket and its peer; over loopback both are here: two lines\n"
	"  BY            who ended it: -> this end, <- the peer, <> both, -- nobody,\n"
	"                ?? not seen\n"
	"  ENDING        four-way, three-way, crossed (FINs), reset, timed-out, aborted,\n"
	"                failed, open: not over when the run was\n"
	"  MS            from the first FIN (or RST) until it was over; > at least\n"
	"  CALL          close(FD), shutdown(FD, HOW), exit, signal; * the last reference\n"
	"                went in a call that was meant for something else. With -w, or\n"
	"                in a wide terminal\n"
	"  REASON BLAME  with -w: why a reset or timeout, and where the time went\n"
	"\n"
	"  -w whole lines   -T with the time of day   -j as JSON   --all failed ones too\n"
	"\n"
	"Examples:\n"
	"  tcpclose -c nginx -w               what ends nginx's connections, and why\n"
	"  tcpclose --class reset,timeout -T  only what went wrong, and when\n";

const char json_manual[] =
	"One JSON object per line, by \"kind\": meta first; a close per ended endpoint;\n"
	"lost, as losses grow; summary last. What ends in _ns is nanoseconds; null is\n"
	"not known, \"missing\" says why. After stuck, who, hist -j is of those views.\n"
	"\n"
	"  start, time      of the first thing that belongs to the end; when it was over\n"
	"  trigger, calls   the call that ended it; every close and shutdown, its effect\n"
	"  waves            both FINs and both ACKs: at_ns since start, raw seq and ack;\n"
	"                   exact: seen, not inferred\n"
	"  phase_ns, blame  where the time went\n"
	"  twin             the process at the other end, if that is on this host\n"
	"\n"
	"Examples:\n"
	"  tcpclose json -- curl -s example.org | jq 'select(.kind==\"close\").waves'\n"
	"  tcpclose json -d 60 | jq -r 'select(.class==\"reset\") | .trigger.comm'\n";

const char events_manual[] =
	"Every fact that the kernel side tells, as it comes, before anything is judged:\n"
	"time, kind, both ends, change of state, task, raw sequence numbers, flags of the\n"
	"socket. The task of a change that a packet or timer made is a bystander. Filters\n"
	"that need a whole story do not apply. bpf/event.h explains each field.\n"
	"\n"
	"Examples:\n"
	"  tcpclose events -P 5432 -d 10      what happens to PostgreSQL's sockets\n"
	"  tcpclose events --replay ends.rec  what a recording holds\n";

const char stuck_manual[] =
	"What hangs half closed or closing now, by whom it is held, with whom, and why.\n"
	"One walk over the sockets of every network namespace; nothing is traced.\n"
	"\n"
	"  SOCKETS WHY    how many, and what is to be done about them\n"
	"  OLDEST AGE     what the socket shows at least (>=); - nothing\n"
	"  UNREAD SEND-Q  bytes that the program has not read, that are not acknowledged\n"
	"  EOF            whether the program has read up to the peer's FIN\n"
	"  FD             descriptors; +2: two other processes hold it too\n"
	"\n"
	"  --older-than TIME  for so long at least\n"
	"  --watch SECONDS    look again every so often\n"
	"  --fail             exit 1 if any is found\n"
	"  -w                 all of them\n"
	"  -j                 as JSON\n"
	"\n"
	"Examples:\n"
	"  tcpclose stuck --older-than 5m --fail  a health check: are sockets leaking?\n"
	"  tcpclose stuck -c java -w              all half-closed sockets of one program\n";

const char record_manual[] =
	"Writes what happens into a file, from which every view can be had later,\n"
	"elsewhere and without privilege. Filters by address, port and namespace keep\n"
	"the rest out.\n"
	"\n"
	"  -o FILE        the recording, - is standard output\n"
	"  --rotate SIZE  go on in a new file at so many bytes\n"
	"  --keep N       so many full files stay, FILE.1 the latest\n"
	"\n"
	"Examples:\n"
	"  tcpclose record -o ends.rec --rotate 100M --keep 9  in bounded space\n"
	"  tcpclose record -o test.rec -- make test            while a command runs\n";
