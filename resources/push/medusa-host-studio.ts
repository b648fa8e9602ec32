// Tells Host Studio at once what changed in a Medusa server (2.x). Copy this file to src/subscribers/host-studio.ts.
//
// Environment: HOST_STUDIO_PUSH_URL, the tunnel's address with the path that the studio shows (https://.../push/...), and
// HOST_STUDIO_PUSH_SECRET, the secret that was entered there. Without them it does nothing. What is sent is a hint what
// to read, with ids only; the studio reads the rest by its own key.
import { createHmac, randomUUID } from "node:crypto"
import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework"

const TRIES = 3
const TIMEOUT_MS = 5000
const MOST_WAITING = 50 // an import changes thousands of products: what does not fit is left out, the studio asks anyway
let waiting = 0

type Named = { id?: string; product_id?: string }

export default async function hostStudio({ event }: SubscriberArgs<Named | Named[]>) {
  const url = process.env.HOST_STUDIO_PUSH_URL, secret = process.env.HOST_STUDIO_PUSH_SECRET
  if (!url || !secret || waiting >= MOST_WAITING) return
  const data = [event.data].flat().map(({ id, product_id }) => ({ id, product_id }))
  const body = JSON.stringify({ id: randomUUID(), topic: event.name, data })
  const signature = "sha256=" + createHmac("sha256", secret).update(body).digest("hex")
  waiting++
  try {
    await deliver(url, body, signature)
  } finally {
    waiting--
  }
}

async function deliver(url: string, body: string, signature: string) {
  for (let tried = 1; tried <= TRIES; tried++) {
    try {
      const answer = await fetch(url, {
        method: "POST", body, signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { "content-type": "application/json", "x-host-studio-signature": signature },
      })
      if (answer.status < 500) return
    } catch {
      // The studio is closed or the tunnel is down: it reads everything by itself when it is back.
    }
    await new Promise((resolve) => setTimeout(resolve, 1000 * tried))
  }
}

export const config: SubscriberConfig = {
  event: [
    "order.placed", "order.updated", "order.canceled", "order.completed", "order.return_received",
    "order-edit.confirmed", "payment.captured", "payment.refunded",
    "product.created", "product.updated", "product.deleted",
    "product-variant.created", "product-variant.updated", "product-variant.deleted",
    "inventory.inventory-level.created", "inventory.inventory-level.updated", "inventory.inventory-level.deleted",
    "inventory.reservation-item.created", "inventory.reservation-item.updated", "inventory.reservation-item.deleted",
    "inventory-level.created", "inventory-level.updated", "inventory-level.deleted",
    "reservation-item.created", "reservation-item.updated", "reservation-item.deleted",
  ],
}
