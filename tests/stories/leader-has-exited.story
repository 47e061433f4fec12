# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# main() of the program ended with pthread_exit(). The name of the process is still that of its first thread, for the
# thread that closes and for the thread that holds a socket which was found.
socket A 10.0.0.1:51544 10.0.0.9:80 cookie=0x11
socket B 10.0.0.1:51546 10.0.0.9:80 cookie=0x12

0ms  B socket CLOSE_WAIT            age=2s
0ms  B holder CLOSE_WAIT            fd=9 in late-worker[812/815] process=zombie-leader
5ms  A state ESTABLISHED FIN_WAIT1  owned file-dead shut-rcv shut-snd  in late-worker[812/815] close(5) process=zombie-leader
5ms  A call ESTABLISHED             took=20us ret=0  in late-worker[812/815] close(5) process=zombie-leader
6ms  A state FIN_WAIT1 FIN_WAIT2    segment sent=1 acked  dead no-socket
6ms  A state FIN_WAIT2 CLOSE        segment came=1 acks  dead done no-socket
end 1s

expect A pid=812 tid=815 comm=late-worker process=zombie-leader
expect B ending=open holders=late-worker[812]:9
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
812     zombie-l 10.0.0.1:51544        -> 10.0.0.9:80           four-way    1.00
812     zombie-l 10.0.0.1:51546        <- 10.0.0.9:80           open       >3000
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.005000000Z","time":"2026-11-22T08:12:32.006000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":5,"pid":812,"tid":815,"comm":"late-worker","process":"zombie-leader","ret":0,"uid":0,"call_ns":20000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":812,"tid":815,"comm":"late-worker","process":"zombie-leader","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":1000000,"seq":null,"ack":1001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":1000000,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":1000000,"seq":1001,"ack":5001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":1000000,"peer_hold":0,"app_hold":null,"last_ack_wait":null,"total":1000000},"cut":null,"blame":"network","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":["age_ns: opened before tracing began, or an event was lost"]}
{"kind":"close","schema":1,"start":null,"time":"2026-11-22T08:12:33.000000000Z","family":4,"netns":4026531840,"cookie":"0x12","local_addr":"10.0.0.1","local_port":51546,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":3000000000,"holders":[{"pid":812,"comm":"late-worker","process":"zombie-leader","fd":9}],"initiator":"peer","ending":"open","class":"open","reason":null,"trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[],"states":["CLOSE_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":null},"cut":{"phase":"app_hold","ns":3000000000,"at_least":true},"blame":"local-app","bytes":{"sent":0,"received":0,"unread":null,"unacked":null,"unsent":null},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":true,"missing":["age_ns: opened before tracing began, or an event was lost","waves: the close began before tracing did, or an event was lost","start: the close began before tracing did, or an event was lost"]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:33.000000000Z","seen":2,"told":2,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":6,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 socket         10.0.0.1:51546 10.0.0.9:80 CLOSE_WAIT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 substate=0 age_ns=2000000000 age_from=2 left_ns=0 netns=4026531840 cookie=0x12
08:12:32.000000 holder         10.0.0.1:51546 10.0.0.9:80 CLOSE_WAIT in late-worker[815] fd=9 netns=4026531840 cookie=0x12
08:12:32.005000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in late-worker[815] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.005000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in late-worker[815] close(5, 0) = 0 call_ns=20000 netns=4026531840 cookie=0x11
08:12:32.006000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket netns=4026531840 cookie=0x11
08:12:32.006000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 dead,done,no-socket netns=4026531840 cookie=0x11
--- timeline
zombie-leader[812]                08:12:32.005                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
           close(5) |                                      |
 zombie-leader[812] |                                      |
       /late-worker |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    :                                      :
                    :                1.0 ms                :
                    :                                      :
                    |<----------- 2 ACK ack +1 ------------|
          FIN_WAIT2 |               ack 1001               |
                    |<-------- 3 FIN seq +0 ack +1 --------|
          TIME_WAIT |          seq 5000 ack 1001           | (LAST_ACK)
                    |-------- 4 ACK seq +1 ack +1 -------->|
                    |          seq 1001 ack 5001           |
four-way, begun by zombie-leader[812]; the ACK of the FIN took 1.0 ms.

zombie-leader[812]            before 08:12:33.000                           peer
10.0.0.1:51546                                                       10.0.0.9:80
         CLOSE_WAIT |                                      |
                    :                                      :
                    :            at least 3.0 s            :
                    :                                      :
         still open :                                      :
open: it was not over when the run ended; zombie-leader[812] held the connection
open for at least 3.0 s after the peer's FIN, until the run ended.
Not seen: waves: the close began before tracing did, or an event was lost
Not seen: start: the close began before tracing did, or an event was lost
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
zombie-lead[812] ->? (not-found)      10.0.0.9:80           four-way        1.00
zombie-lead[812] <-? (not-found)      10.0.0.9:80           open           >3000
--- who
08:12:32.000 to 08:12:33.000: 1 close, 1 open
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
zombie-leader                                 1    1.00      1         1    1.00

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
zombie-leader          1   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
zombie-leader      100   .   .   .   .  >3000  >3000  >3000   0.00   0.00   0.00

COMM             ENDING          REASON               COUNT    % LOST-DATA
zombie-leader    four-way        -                        1  100         .
zombie-leader    open            -                        1    -         .
--- hist
08:12:32.000 to 08:12:33.000: 1 close, 1 open

ack_wait, 1 close
p50 1.0 ms, p90 1.0 ms, p99 1.0 ms, max 1.0 ms
       1 ms - 2 ms       |###################################|        1 100.0 %

peer_hold, 1 close
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        1 100.0 %

app_hold, 1 close, 1 cut
p50 >3.0 s, p90 >3.0 s, p99 >3.0 s, max >3.0 s
        2 s - 5 s        |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1 100.0 %

total, 1 close
p50 1.0 ms, p90 1.0 ms, p99 1.0 ms, max 1.0 ms
       1 ms - 2 ms       |###################################|        1 100.0 %
