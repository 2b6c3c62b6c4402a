/**
 * What a container may do by default: the system calls and capabilities that Docker leaves to it (its documentation, "Seccomp security
 * profiles for Docker" and "Linux kernel capabilities"), in an order of our own.
 */

import type { Sandbox } from "./seccomp.ts";

const ALLOWED = `
accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg recvmsg send sendmmsg
sendmsg sendto setsockopt shutdown socket socketcall socketpair
read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 readahead sendfile sendfile64 splice tee vmsplice
copy_file_range close close_range dup dup2 dup3 fcntl fcntl64 flock fsync fdatasync sync syncfs sync_file_range lseek _llseek
open openat openat2 creat pipe pipe2 eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_gettime timerfd_settime
memfd_create memfd_secret inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark ioctl
epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old poll ppoll select pselect6
_newselect io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit
access faccessat faccessat2 chdir fchdir getcwd chmod fchmod fchmodat fchmodat2 chown chown32 fchown fchown32 fchownat lchown
lchown32 stat stat64 fstat fstat64 fstatat64 newfstatat lstat lstat64 statx statfs statfs64 fstatfs fstatfs64 statmount listmount
link linkat unlink unlinkat symlink symlinkat readlink readlinkat rename renameat renameat2 mkdir mkdirat rmdir mknod mknodat
truncate truncate64 ftruncate ftruncate64 fallocate fadvise64 fadvise64_64 getdents getdents64 umask utime utimes utimensat
futimesat name_to_handle_at
getxattr fgetxattr lgetxattr setxattr fsetxattr lsetxattr listxattr flistxattr llistxattr removexattr fremovexattr lremovexattr
getxattrat setxattrat listxattrat removexattrat
brk mmap mmap2 munmap mremap mprotect msync mlock mlock2 mlockall munlock munlockall madvise mincore remap_file_pages membarrier
pkey_alloc pkey_free pkey_mprotect map_shadow_stack mseal set_mempolicy_home_node cachestat process_mrelease
clone clone3 fork vfork execve execveat exit exit_group wait4 waitid waitpid kill tkill tgkill pidfd_open pidfd_send_signal
getpid getppid gettid getpgid getpgrp setpgid getsid setsid getpriority setpriority ioprio_get ioprio_set
getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid getresuid32 getresgid getresgid32 getgroups
getgroups32 setuid setuid32 setgid setgid32 setreuid setreuid32 setregid setregid32 setresuid setresuid32 setresgid setresgid32
setfsuid setfsuid32 setfsgid setfsgid32 setgroups setgroups32 capget capset prctl arch_prctl seccomp
landlock_create_ruleset landlock_add_rule landlock_restrict_self
set_tid_address set_thread_area get_thread_area set_robust_list get_robust_list rseq restart_syscall
futex futex_time64 futex_wait futex_waitv futex_wake futex_requeue
sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam sched_setparam sched_getscheduler
sched_setscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval getcpu
rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo
sigaction sigaltstack signal sigpending sigprocmask sigreturn sigsuspend pause alarm
clock_gettime clock_gettime64 clock_getres clock_nanosleep clock_adjtime adjtimex gettimeofday time times nanosleep
getitimer setitimer timer_create timer_delete timer_getoverrun timer_gettime timer_settime
getrandom getrlimit ugetrlimit setrlimit prlimit64 getrusage sysinfo uname personality ptrace process_vm_readv
process_vm_writev
mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink
ipc msgctl msgget msgrcv msgsnd semctl semget semop semtimedop shmat shmctl shmdt shmget
chroot
`.trim().split(/\s+/);

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const NEW_NAMESPACES = "0x7e020000";

/** The filter. */
export const CONTAINER_FILTER: Sandbox = {
  allow: ALLOWED,
  refuse: [
    // So that the C library falls back to clone, whose flags can be looked at.
    { call: "clone3", error: "ENOSYS" },
    { call: "clone", bits: { 0: NEW_NAMESPACES }, error: "EPERM" },
    { call: "socket", with: { 0: "AF_VSOCK" }, error: "EPERM" },
  ],
};

/** The capabilities that root has in a container, in the words of setpriv(1). */
export const CONTAINER_CAPABILITIES: readonly string[] = [
  ...["chown", "dac_override", "fsetid", "fowner", "mknod", "net_raw"],
  ...["setgid", "setuid", "setfcap", "setpcap", "net_bind_service"],
  ...["sys_chroot", "kill", "audit_write"],
];
