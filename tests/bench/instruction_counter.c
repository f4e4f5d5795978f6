/* A plugin of QEMU's user mode (7.2, API version 1) that counts the instructions of the emulated program.
 *
 * The program reports a point by getpriority(PRIO_PROCESS, number), which Python does not call by
 * itself; a line with the number and the count so far goes to the log (-d plugin -D FILE).
 *
 * Debian has no package with QEMU's header, so the few functions are declared here as in include/qemu/qemu-plugin.h.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define API_VERSION 1
#define GETPRIORITY 141 /* of arm64, as of all processors with the generic table of Linux */
#define PRIO_PROCESS 0
#define NO_REGISTERS 0 /* QEMU_PLUGIN_CB_NO_REGS: the callback reads no register */

typedef uint64_t plugin_id;
struct block;

size_t qemu_plugin_tb_n_insns(const struct block *);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, struct block *));
void qemu_plugin_register_vcpu_tb_exec_cb(
    struct block *, void (*)(unsigned int, void *), int, void *);
void qemu_plugin_register_vcpu_syscall_cb(
    plugin_id,
    void (*)(plugin_id, unsigned int, int64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
             uint64_t, uint64_t, uint64_t));
void qemu_plugin_outs(const char *);

int qemu_plugin_version = API_VERSION;

static uint64_t count; /* of all threads */

static void on_block(unsigned int processor, void *instructions)
{
    (void)processor;
    __atomic_fetch_add(&count, (uintptr_t)instructions, __ATOMIC_RELAXED);
}

static void on_translation(plugin_id id, struct block *block)
{
    (void)id;
    void *instructions = (void *)(uintptr_t)qemu_plugin_tb_n_insns(block);
    qemu_plugin_register_vcpu_tb_exec_cb(block, on_block, NO_REGISTERS, instructions);
}

static void on_system_call(plugin_id id, unsigned int processor, int64_t number, uint64_t which,
                           uint64_t point, uint64_t a3, uint64_t a4, uint64_t a5, uint64_t a6,
                           uint64_t a7, uint64_t a8)
{
    (void)id, (void)processor, (void)a3, (void)a4, (void)a5, (void)a6, (void)a7, (void)a8;
    char line[64];
    if (number != GETPRIORITY || which != PRIO_PROCESS)
        return;
    snprintf(line, sizeof line, "%" PRIu64 " %" PRIu64 "\n", point, count);
    qemu_plugin_outs(line);
}

int qemu_plugin_install(plugin_id id, const void *information, int count_of, char **arguments)
{
    (void)information, (void)count_of, (void)arguments;
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_vcpu_syscall_cb(id, on_system_call);
    return 0;
}
