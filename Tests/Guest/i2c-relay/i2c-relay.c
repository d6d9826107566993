// SPDX-License-Identifier: GPL-2.0
/*
 * I2C adapters for tests whose transfers a program answers: each transfer, with all its messages, goes out through
 * /dev/i2c-relay, and the program's answer comes back as data or as an errno. README.md beside this file gives the bytes.
 *
 * A test module only. The kernel asks modules that use its I2C core to be under its licence, so this one file and its
 * Makefile are; nothing of it is linked into, copied to or shipped with any program of the project.
 */
#include <linux/hrtimer.h>
#include <linux/i2c.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#define MOST_ADAPTERS 8

static unsigned int adapters = 1;
module_param(adapters, uint, 0444);
MODULE_PARM_DESC(adapters, "how many adapters (1 to 8)");
static unsigned int clock_hz;
module_param(clock_hz, uint, 0644);
MODULE_PARM_DESC(clock_hz, "a transfer lasts at least its bits over this clock (0: as long as the answer takes)");
static unsigned int timeout_ms = 1000;
module_param(timeout_ms, uint, 0444);
MODULE_PARM_DESC(timeout_ms, "how long an answer is waited for, unless a user of the adapter sets another time");
static bool smbus_only;
module_param(smbus_only, bool, 0444);
MODULE_PARM_DESC(smbus_only, "adapters know SMBus commands alone, no combined transactions");

static bool replay;
module_param(replay, bool, 0644);
MODULE_PARM_DESC(replay, "a transfer like one that was answered before gets that answer again, without the program");

struct request_header { u32 sequence; u16 adapter; u16 messages; };
struct request_message { u16 address; u16 flags; u16 length; u16 unused; };
struct answer_header { u32 sequence; u16 adapter; u16 unused; s32 result; };

#define KEPT_ANSWERS 64
#define KEPT_BYTES 64

/* What a transfer read the last time: for measurements in which the answering program shall take no time. */
struct kept_answer { u32 shape; u16 length; u8 bytes[KEPT_BYTES]; };

enum slot_state { IDLE, PENDING, TAKEN, ANSWERED };

struct slot {
	struct i2c_adapter adapter;
	enum slot_state state;
	u32 sequence;
	struct i2c_msg *messages;
	int count;
	int result;
	wait_queue_head_t answered;
	struct kept_answer kept[KEPT_ANSWERS];
};

static struct slot *slots;
static bool served;
static DEFINE_MUTEX(lock); /* of every slot's state and of `served` */
static DECLARE_WAIT_QUEUE_HEAD(requests);

/* Start or repeated start, address and data bytes with their acknowledge bits, and the stop. */
static u64 wire_ns(const struct i2c_msg *messages, int count, int result)
{
	u64 bits = 1;
	int i;

	if (result == -ENXIO)
		bits += 10;
	else
		for (i = 0; i < count; i++)
			bits += 10 + 9 * (u64)messages[i].len;
	return div_u64(bits * NSEC_PER_SEC, clock_hz);
}

static void hold_until(ktime_t end)
{
	if (ktime_us_delta(end, ktime_get()) > 10) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_hrtimeout(&end, HRTIMER_MODE_ABS);
	}
	while (ktime_before(ktime_get(), end))
		cpu_relax();
}

/* A number for transfers of one kind: addresses, directions, lengths, and the first byte of each write. */
static u32 shape_of(const struct i2c_msg *messages, int count)
{
	u32 hash = 2166136261u;
	int i;

	for (i = 0; i < count; i++) {
		const struct i2c_msg *m = &messages[i];
		u32 first = m->flags & I2C_M_RD || !m->len ? 0 : m->buf[0];

		hash = (hash ^ (m->addr | m->flags << 16)) * 16777619u;
		hash = (hash ^ (m->len | first << 16)) * 16777619u;
	}
	return hash ? hash : 1;
}

static u32 read_bytes(const struct i2c_msg *messages, int count)
{
	u32 bytes = 0;
	int i;

	for (i = 0; i < count; i++)
		if (messages[i].flags & I2C_M_RD)
			bytes += messages[i].len;
	return bytes;
}

static void keep_answer(struct slot *slot, const struct i2c_msg *messages, int count)
{
	u32 shape = shape_of(messages, count), length = read_bytes(messages, count), at = 0;
	struct kept_answer *kept = &slot->kept[shape % KEPT_ANSWERS];
	int i;

	if (length > KEPT_BYTES)
		return;
	kept->shape = shape;
	kept->length = length;
	for (i = 0; i < count; i++)
		if (messages[i].flags & I2C_M_RD) {
			memcpy(kept->bytes + at, messages[i].buf, messages[i].len);
			at += messages[i].len;
		}
}

static bool answered_before(struct slot *slot, struct i2c_msg *messages, int count)
{
	u32 shape = shape_of(messages, count), at = 0;
	const struct kept_answer *kept = &slot->kept[shape % KEPT_ANSWERS];
	int i;

	if (kept->shape != shape || kept->length != read_bytes(messages, count))
		return false;
	for (i = 0; i < count; i++)
		if (messages[i].flags & I2C_M_RD) {
			memcpy(messages[i].buf, kept->bytes + at, messages[i].len);
			at += messages[i].len;
		}
	return true;
}

static int relay_transfer(struct i2c_adapter *adapter, struct i2c_msg *messages, int count)
{
	struct slot *slot = i2c_get_adapdata(adapter);
	ktime_t start = ktime_get();
	int result;

	if (replay && answered_before(slot, messages, count)) {
		result = count;
		goto done;
	}
	mutex_lock(&lock);
	if (!served) {
		mutex_unlock(&lock);
		return -ENXIO;
	}
	slot->messages = messages;
	slot->count = count;
	slot->sequence++;
	slot->state = PENDING;
	mutex_unlock(&lock);
	wake_up_interruptible(&requests);

	wait_event_timeout(slot->answered, READ_ONCE(slot->state) == ANSWERED, adapter->timeout);
	mutex_lock(&lock);
	result = slot->state == ANSWERED ? slot->result : -ETIMEDOUT;
	slot->state = IDLE;
	slot->messages = NULL;
	mutex_unlock(&lock);
	if (result > 0)
		keep_answer(slot, messages, count);
done:
	if (clock_hz)
		hold_until(ktime_add_ns(start, wire_ns(messages, count, result)));
	return result;
}

static u32 relay_functionality(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL;
}

static const struct i2c_algorithm relay_algorithm = {
	.master_xfer = relay_transfer,
	.functionality = relay_functionality,
};

/* An SMBus controller: commands alone, handed on as the messages they are on the wire. */
static int relay_smbus(struct i2c_adapter *adapter, u16 address, unsigned short flags, char direction, u8 command,
		       int size, union i2c_smbus_data *data)
{
	u8 out[I2C_SMBUS_BLOCK_MAX + 1] = { command };
	u8 in[I2C_SMBUS_BLOCK_MAX];
	struct i2c_msg messages[2] = {
		{ .addr = address, .len = 1, .buf = out },
		{ .addr = address, .flags = I2C_M_RD, .buf = in },
	};
	bool reads = direction == I2C_SMBUS_READ;
	int count = reads ? 2 : 1, result;

	switch (size) {
	case I2C_SMBUS_QUICK:
		messages[0].len = 0;
		messages[0].flags = reads ? I2C_M_RD : 0;
		count = 1;
		break;
	case I2C_SMBUS_BYTE:
		if (reads) {
			messages[0] = messages[1];
			messages[0].len = 1;
		}
		count = 1;
		break;
	case I2C_SMBUS_BYTE_DATA:
		messages[1].len = 1;
		if (!reads) {
			out[1] = data->byte;
			messages[0].len = 2;
		}
		break;
	case I2C_SMBUS_WORD_DATA:
		messages[1].len = 2;
		if (!reads) {
			out[1] = data->word & 0xff;
			out[2] = data->word >> 8;
			messages[0].len = 3;
		}
		break;
	case I2C_SMBUS_I2C_BLOCK_DATA:
		if (data->block[0] > I2C_SMBUS_BLOCK_MAX)
			return -EINVAL;
		messages[1].len = data->block[0];
		if (!reads) {
			memcpy(out + 1, data->block + 1, data->block[0]);
			messages[0].len = data->block[0] + 1;
		}
		break;
	default:
		return -EOPNOTSUPP;
	}
	result = relay_transfer(adapter, messages, count);
	if (result < 0)
		return result;
	if (reads && size == I2C_SMBUS_WORD_DATA)
		data->word = in[0] | in[1] << 8;
	else if (reads && size == I2C_SMBUS_I2C_BLOCK_DATA)
		memcpy(data->block + 1, in, data->block[0]);
	else if (reads && size != I2C_SMBUS_QUICK)
		data->byte = in[0];
	return 0;
}

static u32 relay_smbus_functionality(struct i2c_adapter *adapter)
{
	return I2C_FUNC_SMBUS_QUICK | I2C_FUNC_SMBUS_BYTE | I2C_FUNC_SMBUS_BYTE_DATA | I2C_FUNC_SMBUS_WORD_DATA |
	       I2C_FUNC_SMBUS_I2C_BLOCK;
}

static const struct i2c_algorithm relay_smbus_algorithm = {
	.smbus_xfer = relay_smbus,
	.functionality = relay_smbus_functionality,
};

static struct slot *pending_slot(void)
{
	unsigned int i;

	for (i = 0; i < adapters; i++)
		if (READ_ONCE(slots[i].state) == PENDING)
			return &slots[i];
	return NULL;
}

/* Copies a request out; its length, -EMSGSIZE where it does not fit (it stays pending), or -EFAULT. */
static ssize_t hand_out(struct slot *slot, char __user *buffer, size_t size)
{
	struct request_header header = { slot->sequence, slot - slots, slot->count };
	size_t need = sizeof(header) + slot->count * sizeof(struct request_message), at = sizeof(header);
	int i;

	for (i = 0; i < slot->count; i++)
		if (!(slot->messages[i].flags & I2C_M_RD))
			need += slot->messages[i].len;
	if (need > size)
		return -EMSGSIZE;
	if (copy_to_user(buffer, &header, sizeof(header)))
		return -EFAULT;
	for (i = 0; i < slot->count; i++) {
		const struct i2c_msg *m = &slot->messages[i];
		struct request_message message = { m->addr, m->flags, m->len, 0 };

		if (copy_to_user(buffer + at, &message, sizeof(message)))
			return -EFAULT;
		at += sizeof(message);
	}
	for (i = 0; i < slot->count; i++) {
		const struct i2c_msg *m = &slot->messages[i];

		if (m->flags & I2C_M_RD)
			continue;
		if (copy_to_user(buffer + at, m->buf, m->len))
			return -EFAULT;
		at += m->len;
	}
	slot->state = TAKEN;
	return at;
}

static ssize_t relay_read(struct file *file, char __user *buffer, size_t size, loff_t *offset)
{
	struct slot *slot;
	ssize_t result;

	for (;;) {
		mutex_lock(&lock);
		slot = pending_slot();
		result = slot ? hand_out(slot, buffer, size) : 0;
		mutex_unlock(&lock);
		if (slot)
			return result;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(requests, pending_slot()))
			return -ERESTARTSYS;
	}
}

/* Takes an answer in: as many data bytes as the request's reading messages ask for, or a negative errno alone. */
static ssize_t take_in(struct slot *slot, const struct answer_header *header, const char __user *data, size_t size)
{
	size_t need = 0;
	int i;

	if (slot->state != TAKEN || slot->sequence != header->sequence)
		return -ESTALE; /* whoever asked has given up */
	if (header->result < 0) {
		slot->result = header->result < -MAX_ERRNO ? -EIO : header->result;
		return 0;
	}
	for (i = 0; i < slot->count; i++)
		if (slot->messages[i].flags & I2C_M_RD)
			need += slot->messages[i].len;
	if (need != size)
		return -EINVAL;
	for (i = 0; i < slot->count; i++) {
		struct i2c_msg *m = &slot->messages[i];

		if (!(m->flags & I2C_M_RD))
			continue;
		if (copy_from_user(m->buf, data, m->len))
			return -EFAULT;
		data += m->len;
	}
	slot->result = slot->count;
	return 0;
}

static ssize_t relay_write(struct file *file, const char __user *buffer, size_t size, loff_t *offset)
{
	struct answer_header header;
	struct slot *slot;
	ssize_t result;

	if (size < sizeof(header) || copy_from_user(&header, buffer, sizeof(header)))
		return -EFAULT;
	if (header.adapter >= adapters)
		return -EINVAL;
	slot = &slots[header.adapter];
	mutex_lock(&lock);
	result = take_in(slot, &header, buffer + sizeof(header), size - sizeof(header));
	if (!result)
		WRITE_ONCE(slot->state, ANSWERED);
	mutex_unlock(&lock);
	if (result)
		return result;
	wake_up(&slot->answered);
	return size;
}

static __poll_t relay_poll(struct file *file, poll_table *table)
{
	poll_wait(file, &requests, table);
	return EPOLLOUT | EPOLLWRNORM | (pending_slot() ? EPOLLIN | EPOLLRDNORM : 0);
}

static int relay_open(struct inode *inode, struct file *file)
{
	int result = 0;

	mutex_lock(&lock);
	if (served)
		result = -EBUSY;
	served = true;
	mutex_unlock(&lock);
	return result;
}

/* Who is still waiting learns that nobody answers any more. */
static int relay_release(struct inode *inode, struct file *file)
{
	unsigned int i;

	mutex_lock(&lock);
	served = false;
	for (i = 0; i < adapters; i++)
		if (slots[i].state == PENDING || slots[i].state == TAKEN) {
			slots[i].result = -ENXIO;
			WRITE_ONCE(slots[i].state, ANSWERED);
			wake_up(&slots[i].answered);
		}
	mutex_unlock(&lock);
	return 0;
}

static const struct file_operations relay_operations = {
	.owner = THIS_MODULE,
	.open = relay_open,
	.release = relay_release,
	.read = relay_read,
	.write = relay_write,
	.poll = relay_poll,
	.llseek = no_llseek,
};

static struct miscdevice relay_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "i2c-relay",
	.fops = &relay_operations,
	.mode = 0600,
};

static void remove_adapters(unsigned int count)
{
	while (count--)
		i2c_del_adapter(&slots[count].adapter);
	kfree(slots);
}

static int __init relay_init(void)
{
	unsigned int i;
	int result;

	if (adapters < 1 || adapters > MOST_ADAPTERS)
		return -EINVAL;
	slots = kcalloc(adapters, sizeof(*slots), GFP_KERNEL);
	if (!slots)
		return -ENOMEM;
	for (i = 0; i < adapters; i++) {
		struct i2c_adapter *adapter = &slots[i].adapter;

		init_waitqueue_head(&slots[i].answered);
		adapter->owner = THIS_MODULE;
		adapter->algo = smbus_only ? &relay_smbus_algorithm : &relay_algorithm;
		adapter->timeout = msecs_to_jiffies(timeout_ms);
		snprintf(adapter->name, sizeof(adapter->name), "i2c-relay %u", i);
		i2c_set_adapdata(adapter, &slots[i]);
		result = i2c_add_adapter(adapter);
		if (result) {
			remove_adapters(i);
			return result;
		}
	}
	result = misc_register(&relay_device);
	if (result)
		remove_adapters(adapters);
	return result;
}

static void __exit relay_exit(void)
{
	misc_deregister(&relay_device);
	remove_adapters(adapters);
}

module_init(relay_init);
module_exit(relay_exit);
MODULE_DESCRIPTION("I2C adapters answered by a program, for tests");
MODULE_LICENSE("GPL");
