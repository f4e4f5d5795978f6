/* Hides instruction sets of an x86-64 processor from a program (LD_PRELOAD), so that libraries choose the code that
 * they run on a processor without them.
 *
 * Linux makes CPUID fault after arch_prctl(ARCH_SET_CPUID, 0), where the processor can (`cpuid_fault` in /proc/cpuinfo;
 * since Linux 4.12). The handler executes it and clears the bits of what is hidden. The bits are those of Intel's manual
 * 325383, CPUID, leaf 7. HIDDEN_INSTRUCTIONS names what is hidden: "amx", "vnni" (and AMX), or "avx512" (and both).
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define ARCH_SET_CPUID 0x1012
#define BIT(n) (1u << (n))

struct bits {
    uint32_t b0, c0, d0; /* EBX, ECX and EDX of leaf 7, subleaf 0 */
    uint32_t a1, d1;     /* EAX and EDX of subleaf 1 */
};

static const struct bits AMX = {
    .d0 = BIT(22) | BIT(24) | BIT(25),
    .a1 = BIT(21),
};
static const struct bits VNNI = {
    .c0 = BIT(11),
    .d0 = BIT(2) | BIT(22) | BIT(24) | BIT(25),
    .a1 = BIT(4) | BIT(21),
    .d1 = BIT(4) | BIT(10) | BIT(19),
};
static const struct bits AVX512 = {
    .b0 = BIT(16) | BIT(17) | BIT(21) | BIT(26) | BIT(27) | BIT(28) | BIT(30) | BIT(31),
    .c0 = BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14),
    .d0 = BIT(2) | BIT(3) | BIT(8) | BIT(22) | BIT(23) | BIT(24) | BIT(25),
    .a1 = BIT(4) | BIT(5) | BIT(21),
    .d1 = BIT(4) | BIT(10) | BIT(19),
};

static const struct bits *hidden;

static long set_cpuid(int is_allowed)
{
    return syscall(SYS_arch_prctl, ARCH_SET_CPUID, is_allowed);
}

static void on_fault(int number, siginfo_t *information, void *context)
{
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    const uint8_t *code = (const uint8_t *)registers[REG_RIP];
    uint32_t leaf = (uint32_t)registers[REG_RAX], subleaf = (uint32_t)registers[REG_RCX];
    uint32_t a, b, c, d;
    (void)information;
    if (code[0] != 0x0F || code[1] != 0xA2) { /* another fault: the default action follows */
        signal(number, SIG_DFL);
        return;
    }
    set_cpuid(1);
    __cpuid_count(leaf, subleaf, a, b, c, d);
    set_cpuid(0);
    if (leaf == 7 && subleaf == 0) {
        b &= ~hidden->b0;
        c &= ~hidden->c0;
        d &= ~hidden->d0;
    } else if (leaf == 7 && subleaf == 1) {
        a &= ~hidden->a1;
        d &= ~hidden->d1;
    }
    registers[REG_RAX] = a;
    registers[REG_RBX] = b;
    registers[REG_RCX] = c;
    registers[REG_RDX] = d;
    registers[REG_RIP] += 2;
}

__attribute__((constructor)) static void hide(void)
{
    const char *name = getenv("HIDDEN_INSTRUCTIONS");
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};
    if (name == NULL)
        return;
    hidden = !strcmp(name, "amx") ? &AMX : !strcmp(name, "vnni") ? &VNNI : &AVX512;
    sigaction(SIGSEGV, &action, NULL);
    if (set_cpuid(0) != 0) {
        fputs("this processor cannot make CPUID fault\n", stderr);
        _exit(1);
    }
}
