/* An ALSA capture plug-in: a sound card with one sample format, one rate and one number of channels.

   pcm.NAME { type wide_card file PATH format S24_3LE rate 48000 channels 2 }

   It records the interleaved frames in the file, which are in the card's own format, again and again, at
   the pace of the monotonic clock. While the file does not exist the card is unplugged. */

#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>

#define PERIOD_NS 5000000 /* a poll finds new frames every 5 ms, a tenth of the shortest buffer */

struct wide_card {
    snd_pcm_ioplug_t plug;
    char *path;
    unsigned char *frames; /* the content of the file */
    size_t frame_bytes, frames_in_file;
    uint64_t started_ns, copied_frames;
};

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int set_timer(struct wide_card *card, long period_ns) {
    struct itimerspec period = {{0, period_ns}, {0, period_ns}};
    return timerfd_settime(card->plug.poll_fd, 0, &period, NULL);
}

static int wide_start(snd_pcm_ioplug_t *plug) {
    struct wide_card *card = plug->private_data;
    card->started_ns = now_ns();
    return set_timer(card, PERIOD_NS);
}

static int wide_stop(snd_pcm_ioplug_t *plug) {
    return set_timer(plug->private_data, 0);
}

static snd_pcm_sframes_t wide_pointer(snd_pcm_ioplug_t *plug) {
    struct wide_card *card = plug->private_data;
    if (access(card->path, R_OK))
        return -ENODEV;
    uint64_t frames = (now_ns() - card->started_ns) * plug->rate / 1000000000u;
    return (snd_pcm_sframes_t)(frames % plug->buffer_size);
}

static snd_pcm_sframes_t wide_transfer(snd_pcm_ioplug_t *plug, const snd_pcm_channel_area_t *areas,
                                       snd_pcm_uframes_t offset, snd_pcm_uframes_t size) {
    struct wide_card *card = plug->private_data;
    /* The access is interleaved only, so that the first channel's area is that of the whole frame. */
    unsigned char *to = (unsigned char *)areas[0].addr + areas[0].first / 8 + offset * card->frame_bytes;
    for (snd_pcm_uframes_t frame = 0; frame < size; frame++, to += card->frame_bytes) {
        size_t at = card->copied_frames++ % card->frames_in_file;
        memcpy(to, card->frames + at * card->frame_bytes, card->frame_bytes);
    }
    return (snd_pcm_sframes_t)size;
}

static int wide_poll_revents(snd_pcm_ioplug_t *plug, struct pollfd *fds, unsigned count,
                             unsigned short *revents) {
    uint64_t expirations;
    *revents = 0;
    if (count == 1 && (fds[0].revents & POLLIN) &&
        read(plug->poll_fd, &expirations, sizeof expirations) == sizeof expirations)
        *revents = POLLIN;
    return 0;
}

static int wide_close(snd_pcm_ioplug_t *plug) {
    struct wide_card *card = plug->private_data;
    close(plug->poll_fd);
    free(card->frames);
    free(card->path);
    free(card);
    return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = wide_start,
    .stop = wide_stop,
    .pointer = wide_pointer,
    .transfer = wide_transfer,
    .poll_revents = wide_poll_revents,
    .close = wide_close,
};

/* Reads the whole file; returns 0 or a negative error number. */
static int read_frames(struct wide_card *card) {
    FILE *file = fopen(card->path, "rb");
    if (!file)
        return -ENODEV;
    fseek(file, 0, SEEK_END);
    long bytes = ftell(file);
    rewind(file);
    card->frames = malloc(bytes > 0 ? (size_t)bytes : 1);
    card->frames_in_file = card->frames ? fread(card->frames, card->frame_bytes,
                                                (size_t)bytes / card->frame_bytes, file) : 0;
    fclose(file);
    return card->frames_in_file ? 0 : -EINVAL;
}

/* Allows one format, one rate and one number of channels. */
static int set_parameters(snd_pcm_ioplug_t *plug, unsigned format, unsigned rate, unsigned channels) {
    unsigned access[] = {SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_MMAP_INTERLEAVED};
    int failed = snd_pcm_ioplug_set_param_list(plug, SND_PCM_IOPLUG_HW_ACCESS, 2, access);
    failed = failed ? failed : snd_pcm_ioplug_set_param_list(plug, SND_PCM_IOPLUG_HW_FORMAT, 1, &format);
    failed = failed ? failed : snd_pcm_ioplug_set_param_list(plug, SND_PCM_IOPLUG_HW_RATE, 1, &rate);
    failed = failed ? failed : snd_pcm_ioplug_set_param_list(plug, SND_PCM_IOPLUG_HW_CHANNELS, 1, &channels);
    failed = failed ? failed : snd_pcm_ioplug_set_param_minmax(plug, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 64, 1 << 22);
    return failed ? failed : snd_pcm_ioplug_set_param_minmax(plug, SND_PCM_IOPLUG_HW_PERIODS, 2, 64);
}

SND_PCM_PLUGIN_DEFINE_FUNC(wide_card) {
    const char *path = NULL, *format_name = "S16_LE";
    long rate = 48000, channels = 2;
    snd_config_iterator_t at, next;
    (void)root;
    snd_config_for_each(at, next, conf) {
        snd_config_t *node = snd_config_iterator_entry(at);
        const char *key;
        if (snd_config_get_id(node, &key) < 0)
            continue;
        if (!strcmp(key, "file"))
            snd_config_get_string(node, &path);
        else if (!strcmp(key, "format"))
            snd_config_get_string(node, &format_name);
        else if (!strcmp(key, "rate"))
            snd_config_get_integer(node, &rate);
        else if (!strcmp(key, "channels"))
            snd_config_get_integer(node, &channels);
    }
    snd_pcm_format_t format = snd_pcm_format_value(format_name);
    if (!path || format < 0 || stream != SND_PCM_STREAM_CAPTURE)
        return -EINVAL;
    struct wide_card *card = calloc(1, sizeof *card);
    if (!card)
        return -ENOMEM;
    card->path = strdup(path);
    card->frame_bytes = (size_t)(snd_pcm_format_physical_width(format) / 8 * channels);
    int failed = card->path ? read_frames(card) : -ENOMEM;
    card->plug.version = SND_PCM_IOPLUG_VERSION;
    card->plug.name = "soundpost test card";
    card->plug.callback = &callbacks;
    card->plug.private_data = card;
    card->plug.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    card->plug.poll_events = POLLIN;
    if (!failed)
        failed = snd_pcm_ioplug_create(&card->plug, name, stream, mode);
    if (failed) {
        wide_close(&card->plug);
        return failed;
    }
    failed = set_parameters(&card->plug, (unsigned)format, (unsigned)rate, (unsigned)channels);
    if (failed) {
        snd_pcm_ioplug_delete(&card->plug); /* calls wide_close */
        return failed;
    }
    *pcmp = card->plug.pcm;
    return 0;
}

SND_PCM_PLUGIN_SYMBOL(wide_card);
