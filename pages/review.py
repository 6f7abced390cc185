"""Queue: people label a sample, one item a screen and blind; how far they are, how far they agree, what is decided."""

from __future__ import annotations

from app import deciding, queue_progress, queues, reviewing

queue, part = queues.begin()
if queue is None:
    queues.draw()
elif part == queues.PROGRESS:
    queue_progress.draw(queue)
elif part == queues.DECIDE:
    deciding.draw(queue)
else:
    reviewing.draw(queue)
