// A Vendure server for tests, on loopback only: node index.js
// env: PORT, DATA_DIR (assets; with KEEP also the database, so that a restart finds everything again)
// KEEP=always writes it to disk with each change, so that it outlives a kill most of the time: two writes at once spoil it.
// KEEP=ended writes it when the server is ended, once and whole.
process.env.VENDURE_DISABLE_TELEMETRY = 'true';
require('reflect-metadata');
const path = require('path');
const fs = require('fs');
const v = require('@vendure/core');
const { populateInitialData } = require('@vendure/core/cli');
const { AssetServerPlugin } = require('@vendure/asset-server-plugin');
// Tells the studio its changes where HOST_STUDIO_PUSH_URL and HOST_STUDIO_PUSH_SECRET are set.
const { HostStudioPush } = require('./vendure-host-studio');

const PORT = Number(process.env.PORT);
const DATA = path.resolve(process.env.DATA_DIR || './data');
const FILE = path.join(DATA, 'shop.sqlite');
const kept = process.env.KEEP ? { location: FILE, autoSave: process.env.KEEP === 'always' } : {};
fs.mkdirSync(path.join(DATA, 'assets'), { recursive: true });

const config = {
  apiOptions: {
    hostname: '127.0.0.1', port: PORT, adminApiPath: 'admin-api', shopApiPath: 'shop-api',
    cors: false, adminListQueryLimit: 1000,
  },
  authOptions: {
    tokenMethod: ['bearer', 'api-key'], requireVerification: false,
    superadminCredentials: { identifier: 'superadmin', password: 'superadmin' },
  },
  dbConnectionOptions: { type: 'sqljs', synchronize: true, logging: false, ...kept },
  // What a shop adds so that orders tell by which link they came, and the lowest price of the last 30 days.
  customFields: {
    Order: [{ name: 'hostStudioLink', type: 'string', public: true, nullable: true }],
    ProductVariant: [{ name: 'lowestPrice30Days', type: 'int', public: true, nullable: true }],
  },
  paymentOptions: { paymentMethodHandlers: [v.dummyPaymentHandler] },
  importExportOptions: { importAssetsDir: path.join(DATA, 'assets') },
  logger: new v.DefaultLogger({ level: v.LogLevel.Error }),
  plugins: [
    AssetServerPlugin.init({
      route: 'assets', assetUploadDir: path.join(DATA, 'assets'), assetUrlPrefix: `http://127.0.0.1:${PORT}/assets/`,
    }),
    HostStudioPush,
  ],
};
const dummy = (name, automaticSettle) => ({
  name, handler: { code: v.dummyPaymentHandler.code, arguments: [{ name: 'automaticSettle', value: automaticSettle }] },
});
const initialData = {
  defaultLanguage: 'en', defaultZone: 'Europe',
  countries: [{ name: 'Germany', code: 'DE', zone: 'Europe' }],
  taxRates: [{ name: 'Standard', percentage: 20 }],
  shippingMethods: [{ name: 'Standard', price: 500 }],
  paymentMethods: [dummy('Card', 'true'), dummy('Later', 'false')],
  collections: [],
};
(async () => {
  const app = await v.bootstrap(config);
  const countries = app.get(v.TransactionalConnection).rawConnection.getRepository(v.Country);
  if (await countries.count() === 0) await populateInitialData(app, initialData);
  console.log('READY');
  process.on('SIGTERM', () => {
    if (process.env.KEEP === 'ended') {
      const whole = app.get(v.TransactionalConnection).rawConnection.sqljsManager.exportDatabase();
      fs.writeFileSync(FILE, Buffer.from(whole));
      process.exit(0);
    }
    app.close().then(() => process.exit(0));
  });
})().catch(error => { console.error(error); process.exit(1); });
