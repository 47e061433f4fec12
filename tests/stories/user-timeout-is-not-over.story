# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# TCP_USER_TIMEOUT of a minute is set, but its time is not over (the kernel side leaves out user-timeout then): the
# number of unanswered zero-window probes ended the connection.
socket A 10.0.0.1:51544 10.0.0.9:80

0ms  A state SYN_SENT ESTABLISHED    owned file-live  in pusher[4021] connect(5)
4s   A state ESTABLISHED CLOSE       sk_err=110 queued=1000 snd_wnd=0 probes=3  file-live
5s   A destroy                       dead owned shut-rcv shut-snd  in pusher[4021] close(5)
5s   A call CLOSE                    took=10us ret=0  in pusher[4021] close(5)

expect A ending=timed-out reason=zero-window initiator=none trigger=- lost.unsent=1000
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    pusher   10.0.0.1:51544        -- 10.0.0.9:80           timed-out   0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:36.000000000Z","time":"2026-11-22T08:12:36.000000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":4000000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"none","ending":"timed-out","class":"timeout","reason":"zero-window","trigger":null,"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"pusher","process":"pusher","ret":0,"at_ns":1000000000,"effect":"none"}],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":1000},"data_lost":{"unread":0,"unsent":1000,"unacked":0},"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:37.000000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":4,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in pusher[4021] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:36.000000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=2000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=0 err=110 file-live netns=4026531840 cookie=0x11
08:12:37.000000 destroy        10.0.0.1:51544 10.0.0.9:80 CLOSE in pusher[4021] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=2000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=0 err=0 dead,owned,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:37.000000 call           10.0.0.1:51544 10.0.0.9:80 CLOSE in pusher[4021] close(5, 0) = 0 call_ns=10000 netns=4026531840 cookie=0x11
--- timeline
pusher[4021]                      08:12:36.000                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
 the kernel gave up :                                      :
              CLOSE |                                      |
                    :                                      :
                    :                1.0 s                 :
                    :                                      :
           close(5) |                                      |
       pusher[4021] |                                      |
       nothing sent |                                      |
timed-out: the peer never opened its window for the unsent data (zero-window).
1000 bytes of pusher[4021] were never sent.
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
pusher[4021]     --  (not-found)      10.0.0.9:80           timed-out       0.00
--- who
08:12:32.000 to 08:12:37.000: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
pusher                                        1    0.20      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
pusher                 1     .    .    .    .    .     .  100    .    .    . 100

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
pusher               . 100   .   .   .      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
pusher           timed-out       zero-window              1  100         1
--- hist
08:12:32.000 to 08:12:37.000: 1 close

total, 1 close
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        1 100.0 %

age, 1 close
p50 4.0 s, p90 4.0 s, p99 4.0 s, max 4.0 s
        2 s - 5 s        |###################################|        1 100.0 %
