# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# close() in TCP_REPAIR mode (a checkpoint): the connection lives on elsewhere, nothing is sent.
socket A 10.0.0.1:51544 10.0.0.9:80

0ms  A state SYN_SENT ESTABLISHED  owned file-live  in app[70] connect(5)
50ms A state ESTABLISHED CLOSE     owned file-dead shut-rcv shut-snd repair  in criu[71] close(5)
50ms A destroy                     dead owned shut-rcv shut-snd repair  in criu[71] close(5)
50ms A call ESTABLISHED            took=40us ret=0  in criu[71] close(5)

expect A ending=aborted class=aborted reason=repair initiator=local trigger=close pid=71 calls=close:none
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
71      criu     10.0.0.1:51544        -> 10.0.0.9:80           aborted     0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.050000000Z","time":"2026-11-22T08:12:32.050000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":50000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"aborted","class":"aborted","reason":"repair","trigger":{"call":"close","how":null,"fd":5,"pid":71,"tid":71,"comm":"criu","process":"criu","ret":0,"uid":0,"call_ns":40000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":71,"tid":71,"comm":"criu","process":"criu","ret":0,"at_ns":0,"effect":"none"}],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.050000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":4,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in app[70] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.050000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> CLOSE in criu[71] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd,repair netns=4026531840 cookie=0x11
08:12:32.050000 destroy        10.0.0.1:51544 10.0.0.9:80 CLOSE in criu[71] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 dead,owned,shut-rcv,shut-snd,repair netns=4026531840 cookie=0x11
08:12:32.050000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in criu[71] close(5, 0) = 0 call_ns=40000 netns=4026531840 cookie=0x11
--- timeline
criu[71]                          08:12:32.050                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
  close(5) criu[71] |                                      |
       nothing sent |                                      |
              ended :                                      :
              CLOSE |                                      |
aborted: closed in TCP_REPAIR mode, which sends nothing (repair).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
criu[71]         ->  (not-found)      10.0.0.9:80           aborted         0.00
--- who
08:12:32.000 to 08:12:32.050: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
criu                                          1    20.0      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
criu                   1   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
criu                 .   . 100   .   .      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
criu             aborted         repair                   1  100         .
--- hist
08:12:32.000 to 08:12:32.050: 1 close

total, 1 close
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        1 100.0 %

age, 1 close
p50 50 ms, p90 50 ms, p99 50 ms, max 50 ms
      50 ms - 100 ms     |###################################|        1 100.0 %
