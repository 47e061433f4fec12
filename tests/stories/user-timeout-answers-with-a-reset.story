# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# TCP_USER_TIMEOUT ran out on unanswered keepalive probes: the kernel says so with a RST, and it is told apart from
# a keepalive that gave up by the option that was set.
socket A 10.0.0.1:51544 10.0.0.9:80

0ms A state SYN_SENT ESTABLISHED  owned file-live  in psql[4021] connect(5)
30s A reset-sent ESTABLISHED      reason=KEEPALIVE_TIMEOUT  file-live keepalive user-timeout
30s A state ESTABLISHED CLOSE     sk_err=110 probes=3  file-live keepalive user-timeout
31s A destroy                     dead owned shut-rcv shut-snd  in psql[4021] close(5)
31s A call CLOSE                  took=10us ret=0  in psql[4021] close(5)

expect A ending=reset-sent class=reset initiator=local reason=user-timeout trigger=- calls=close:none
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    psql     10.0.0.1:51544        -> 10.0.0.9:80           reset       0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:13:02.000000000Z","time":"2026-11-22T08:13:02.000000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":30000000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"reset-sent","class":"reset","reason":"user-timeout","trigger":null,"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"psql","process":"psql","ret":0,"at_ns":1000000000,"effect":"none"}],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:13:03.000000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":5,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in psql[4021] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:13:02.000000 reset-sent     10.0.0.1:51544 10.0.0.9:80 ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 reason=6 unasked file-live,keepalive netns=4026531840 cookie=0x11
08:13:02.000000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=110 file-live,keepalive netns=4026531840 cookie=0x11
08:13:03.000000 destroy        10.0.0.1:51544 10.0.0.9:80 CLOSE in psql[4021] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 dead,owned,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:13:03.000000 call           10.0.0.1:51544 10.0.0.9:80 CLOSE in psql[4021] close(5, 0) = 0 call_ns=10000 netns=4026531840 cookie=0x11
--- timeline
psql[4021]                        08:13:02.000                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
                    |---------------- RST ---------------->|
              CLOSE |                                      |
                    :                                      :
                    :                1.0 s                 :
                    :                                      :
close(5) psql[4021] |                                      |
       nothing sent |                                      |
reset-sent: psql[4021] got no answer within TCP_USER_TIMEOUT, so the kernel sent
a RST (user-timeout).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
psql[4021]       ->  (not-found)      10.0.0.9:80           reset           0.00
--- who
08:12:32.000 to 08:13:03.000: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
psql                                          1    0.03      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
psql                   1     .    .    .    .    .     .  100  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
psql                 .   .   . 100   .      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
psql             reset-sent      user-timeout             1  100         .
--- hist
08:12:32.000 to 08:13:03.000: 1 close

total, 1 close
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        1 100.0 %

age, 1 close
p50 30 s, p90 30 s, p99 30 s, max 30 s
       20 s - 50 s       |###################################|        1 100.0 %
