// Tells Host Studio at once what changed in a Vendure server (3.x). Copy this file into the server's project, then in its
// configuration: plugins: [..., require('./vendure-host-studio').HostStudioPush]
//
// Environment: HOST_STUDIO_PUSH_URL, the tunnel's address with the path that the studio shows (https://.../push/...), and
// HOST_STUDIO_PUSH_SECRET, the secret that was entered there. Without them it does nothing. What is sent is a hint what
// to read, with ids only; the studio reads the rest by its own key.
require('reflect-metadata');
const { createHmac, randomUUID } = require('crypto');
const v = require('@vendure/core');

const TRIES = 3;
const TIMEOUT_MS = 5000;
const MOST_WAITING = 50;  // an import changes thousands of products: what does not fit is left out, the studio asks anyway
let waiting = 0;

class HostStudioPush {
  constructor(eventBus) { this.eventBus = eventBus; }

  onApplicationBootstrap() {
    const url = process.env.HOST_STUDIO_PUSH_URL, secret = process.env.HOST_STUDIO_PUSH_SECRET;
    if (!url || !secret) return;
    const on = (event, tell) => this.eventBus.ofType(event).subscribe(e => {
      const [topic, data] = tell(e);
      send(url, secret, topic, data);
    });
    on(v.OrderPlacedEvent, e => ['order.placed', { orderId: e.order.id, ...variantsOf(e.order) }]);
    on(v.OrderStateTransitionEvent, e => ['order.' + e.toState.toLowerCase(), { orderId: e.order.id, ...variantsOf(e.order) }]);
    on(v.RefundStateTransitionEvent, e => ['order.refunded', { orderId: e.order.id }]);
    on(v.StockMovementEvent, e => ['stock.moved', {
      variantIds: e.stockMovements.map(m => m.productVariant && m.productVariant.id).filter(Boolean),
    }]);
    on(v.ProductEvent, e => ['product.' + e.type, { productIds: [e.entity.id] }]);
    on(v.ProductVariantEvent, e => ['variant.' + e.type, { variantIds: e.entity.map(x => x.id) }]);
    on(v.ProductVariantPriceEvent, e => ['variant.price', {
      variantIds: e.entity.map(x => x.variant && x.variant.id).filter(Boolean),
    }]);
    on(v.PromotionEvent, e => ['promotion.' + e.type, { promotionId: e.entity.id }]);
  }
}

function variantsOf(order) {
  const found = (order.lines || []).map(line => line.productVariantId || (line.productVariant && line.productVariant.id));
  return { variantIds: [...new Set(found.filter(Boolean))] };
}

async function send(url, secret, topic, data) {
  // Steps of a basket are no news: an order is one when it is placed.
  if (waiting >= MOST_WAITING || /^order\.(addingitems|arrangingpayment|created|draft)$/.test(topic)) return;
  const body = JSON.stringify({ id: randomUUID(), topic, data });
  const signature = 'sha256=' + createHmac('sha256', secret).update(body).digest('hex');
  waiting++;
  try {
    await deliver(url, body, signature);
  } finally {
    waiting--;
  }
}

async function deliver(url, body, signature) {
  for (let tried = 1; tried <= TRIES; tried++) {
    try {
      const answer = await fetch(url, {
        method: 'POST', body, signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { 'content-type': 'application/json', 'x-host-studio-signature': signature },
      });
      if (answer.status < 500) return;
    } catch {
      // The studio is closed or the tunnel is down: it reads everything by itself when it is back.
    }
    await new Promise(resolve => setTimeout(resolve, 1000 * tried));
  }
}

Reflect.defineMetadata('design:paramtypes', [v.EventBus], HostStudioPush);
v.VendurePlugin({ imports: [v.PluginCommonModule] })(HostStudioPush);
module.exports = { HostStudioPush };
